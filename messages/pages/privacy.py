"""What is kept about somebody, who looked, and what forgetting means: pages for that person alone."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from messages.metadata import FormContext
from messages.pages.base import DEFAULT_COMMANDS, Commands, MessagePage, ModalPage
from policies.people import Person
from policies.personal_data import DataKind, Fate, Forgotten, Kept, ReadKind
from policies.privacy import GroupRule


@dataclass(frozen=True, slots=True)
class LookLine:
    """That somebody was shown something; `reader` is None for the operator, who exported all of it."""

    day: date
    reader: Person | None = None
    what: ReadKind | None = None
    subject: str = ""


@dataclass(frozen=True, slots=True)
class OrganisationPrivacy:
    """What holds for everybody, for admins: no figure of a person, nor of a team.

    Of `digests` posted for the last twelve weeks so many `withheld` tokens and cost.
    """

    group_rule: GroupRule
    digests: int
    withheld: int
    people: int
    forgotten: int


@dataclass(frozen=True, slots=True)
class Privacy(MessagePage):
    """To one person: what is kept about them, who was shown something of it, and for how long.

    `looks` are the latest, and `more_looks` is how many there are beside them. `organisation` is for
    admins.
    """

    template: ClassVar[str] = "privacy.json.j2"
    kept: tuple[Kept, ...]
    looks: tuple[LookLine, ...]
    today: date
    more_looks: int = 0
    retention_days: int | None = None
    organisation: OrganisationPrivacy | None = None
    commands: Commands = DEFAULT_COMMANDS


@dataclass(frozen=True, slots=True)
class Exported(MessagePage):
    """To one person: their data lies in their direct message as a file; `rows` says how many there are."""

    template: ClassVar[str] = "exported.json.j2"
    file_name: str
    rows: int


@dataclass(frozen=True, slots=True)
class ForgetForm(ModalPage):
    """Before somebody has their data deleted: what goes, what stays, and what comes afterwards.

    `only_lead_of` are teams that would have no lead; `waiting` counts requests that are withdrawn.
    """

    template: ClassVar[str] = "forget_form.json.j2"
    context: FormContext
    kept: tuple[Kept, ...]
    open_outcomes: int = 0
    waiting: int = 0
    only_lead_of: tuple[str, ...] = ()

    @property
    def going(self) -> tuple[Kept, ...]:
        """What is deleted."""
        return tuple(one for one in self.kept if one.fate is Fate.DELETED)

    @property
    def staying(self) -> tuple[Kept, ...]:
        """What stays without a name; the person's own name and address go."""
        nameless = (one for one in self.kept if one.fate is Fate.NAMELESS)
        return tuple(one for one in nameless if one.kind is not DataKind.IDENTITY)


@dataclass(frozen=True, slots=True)
class ForgottenNow(MessagePage):
    """To somebody who was forgotten just now."""

    template: ClassVar[str] = "forgotten.json.j2"
    done: Forgotten

    @property
    def deleted(self) -> int:
        """How many rows are gone."""
        return sum(self.done.deleted.values())
