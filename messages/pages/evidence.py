"""Pages about what an outside witness says against an outcome that is verified already."""

from dataclasses import dataclass
from typing import ClassVar

from messages.pages.base import MessagePage
from policies.outcomes import Outcome, OutcomeState
from policies.people import Person


@dataclass(frozen=True, slots=True)
class RevertProposed(MessagePage):
    """To each lead: the evidence of a verified outcome was taken back, and what to do; changed in place.

    `finding` is a whole sentence of the witness without its full stop; `kept_by` is the lead who decided
    that the outcome stands all the same.
    """

    template: ClassVar[str] = "revert_proposed.json.j2"
    outcome: Outcome
    owner: Person
    finding: str
    kept_by: Person | None = None

    @property
    def waits(self) -> bool:
        """Whether it has buttons: nobody has decided."""
        stands = self.outcome.state in (OutcomeState.VERIFIED, OutcomeState.DURABLE)
        return stands and self.kept_by is None


@dataclass(frozen=True, slots=True)
class RevertKept(MessagePage):
    """To the lead alone: the outcome stays verified, and they are not asked about it again."""

    template: ClassVar[str] = "revert_kept.json.j2"
    outcome: Outcome
