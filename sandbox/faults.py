"""Faults on demand: what the Web API should get wrong next, and how often."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, get_args

from sandbox.model import Json, is_object

FaultKind: TypeAlias = Literal[
    "rate_limited", "server_error", "timeout", "drop_connection", "refuse_block_type", "error"
]
KINDS: tuple[FaultKind, ...] = get_args(FaultKind)
RESPONSE_URL = "response_url"
_ids = itertools.count(1)


@dataclass(slots=True)
class Fault:
    """One kind of failure of one method ("*": all; "response_url": posts to those).

    times: how often still (None: until cleared). retry_after: seconds, for rate_limited. seconds:
    how long a timeout stays silent. status: of a server_error. error: the code of an error.
    applied: the call is carried out first and only its answer is lost (timeout, drop_connection).
    """

    method: str
    fault: FaultKind
    times: int | None = 1
    retry_after: int = 1
    seconds: float = 60.0
    status: int = 500
    error: str = "internal_error"
    block_type: str = ""
    applied: bool = False
    id: int = field(default_factory=lambda: next(_ids))

    def concerns(self, method: str) -> bool:
        """Whether a call of this method would meet the fault."""
        return self.method in ("*", method) and (self.times is None or self.times > 0)

    def spend(self) -> None:
        """Count one use."""
        if self.times is not None:
            self.times -= 1

    def to_json(self) -> Json:
        """Return the fault as the control API shows it."""
        return {name: getattr(self, name) for name in self.__slots__}


class Faults:
    """The faults in force, the oldest first."""

    def __init__(self, faults: Sequence[Fault] = ()) -> None:
        self._faults = list(faults)

    def add(self, fault: Fault) -> None:
        """Put a fault in force."""
        self._faults.append(fault)

    def all(self) -> list[Fault]:
        """Return the faults in force, used-up ones left out."""
        return [fault for fault in self._faults if fault.times is None or fault.times > 0]

    def clear(self) -> None:
        """Put everything right."""
        self._faults.clear()

    def next_for(self, method: str) -> Fault | None:
        """Return the fault this call meets, counting it; None for a sound call."""
        for fault in self._faults:
            if fault.fault != "refuse_block_type" and fault.concerns(method):
                fault.spend()
                return fault
        return None

    def refused_types(self, method: str, args: Json) -> frozenset[str]:
        """Return the block types this call may not use, counting the faults it runs into."""
        refused = [
            fault
            for fault in self._faults
            if fault.fault == "refuse_block_type" and fault.concerns(method)
        ]
        if not refused:
            return frozenset()
        words = str(args.get("blocks", "")) + str(args.get("attachments", ""))
        met = [fault for fault in refused if fault.block_type in words]
        for fault in met:
            fault.spend()
        return frozenset(fault.block_type for fault in met)


def fault_from(value: object) -> Fault:
    """Return a fault as described in JSON; raises ValueError with a sentence."""
    if not is_object(value):
        raise ValueError("A fault is a JSON object with a method and a fault.")
    known = set(Fault.__slots__) - {"id"}
    unknown = value.keys() - known
    if unknown:
        raise ValueError(f"A fault has no field {min(unknown)!r}; it has {sorted(known)}.")
    if not isinstance(value.get("method"), str) or value.get("fault") not in KINDS:
        raise ValueError(f"A fault needs a method and one of {', '.join(KINDS)}.")
    if value["fault"] == "refuse_block_type" and not value.get("block_type"):
        raise ValueError("refuse_block_type needs a block_type.")
    return Fault(**value)
