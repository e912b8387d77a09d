"""What became of one call to an outside system, for whoever makes the next."""

from dataclasses import dataclass

from connectors.services import Failure


@dataclass(frozen=True, slots=True)
class Called:
    """What a call was about, as people write it, and why it failed, if it did."""

    subject: str
    failure: Failure | None = None

    @property
    def ends_the_minute(self) -> bool:
        """Whether the next call would fail as well."""
        return self.failure is not None and self.failure.is_general
