"""Where each table knows of people: one list, from which listing, export and forgetting are made.

A test compares it with the tables, so that a new one has to be decided here before it is built on.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import ColumnElement, String, Table, cast, func, literal, or_, select
from sqlmodel import Session

from policies.personal_data import DataKind, Fate, Kept
from policies.usage import from_microseconds
from storage.tables import (
    AuditRow,
    BudgetRequestRow,
    BudgetTermsRow,
    CoachingMuteRow,
    CoachingRetirementRow,
    CoachingSlotRow,
    CoachingTrialRow,
    CompanyWeekRow,
    CompanyWeekTeamRow,
    DeliveryRow,
    DigestAnswerRow,
    EngineerDayRow,
    EvidenceCheckRow,
    FindingEventRow,
    FindingRow,
    FindingVerdictRow,
    FocusWindowRow,
    GrantRow,
    LimitPushRow,
    MembershipRow,
    OutcomeEventRow,
    OutcomeKeyRow,
    OutcomeMergeRow,
    OutcomeReviewRow,
    OutcomeRow,
    PersonAllowanceRow,
    PersonalReadRow,
    PersonRow,
    RuleBacktestRow,
    RuleExceptionRow,
    RuleParamRow,
    RulePassRow,
    RuleSettingRow,
    SourceHourRow,
    Stored,
    TeamLeadRow,
    TeamRow,
    TeamWeekPersonRow,
    TeamWeekRow,
    TeamWorkflowPersonRow,
    TeamWorkflowRow,
    UsageRow,
    UsageShareRow,
    WorkflowLabelRow,
    table_of,
)

Whose = Callable[[Table, int], ColumnElement[bool]]
"""The condition on a table's rows to be about a person."""


@dataclass(frozen=True, slots=True)
class Place:
    """Rows of a table that are about a person, by some of its columns.

    `dated_by` is the column that says since when a row is there; `withheld` is the condition on rows
    that the person themself is not told of yet.
    """

    table: Table
    columns: tuple[str, ...]
    kind: DataKind
    fate: Fate
    whose: Whose
    dated_by: str | None = None
    withheld: ColumnElement[bool] | None = None

    def rows_of(self, person_id: int) -> ColumnElement[bool]:
        """The condition on rows to be about the person."""
        return self.whose(self.table, person_id)

    def shown_to(self, person_id: int) -> ColumnElement[bool]:
        """The same, of what they may be told."""
        rows = self.rows_of(person_id)
        return rows if self.withheld is None else rows & ~self.withheld


def _place(
    model: type[Stored],
    columns: str,
    kind: DataKind,
    fate: Fate,
    dated_by: str | None = None,
    withheld: ColumnElement[bool] | None = None,
) -> Place:
    names = tuple(columns.split())

    def whose(table: Table, person_id: int) -> ColumnElement[bool]:
        return or_(*(table.c[name] == person_id for name in names))

    return Place(table_of(model), names, kind, fate, whose, dated_by, withheld)


def _of_findings(table: Table, person_id: int) -> ColumnElement[bool]:
    findings = table_of(FindingRow)
    own = select(findings.c.id).where(findings.c.person_id == person_id)
    return table.c.finding_id.in_(own)


def _addressed(table: Table, person_id: int) -> ColumnElement[bool]:
    """Messages to the person, and to others about a finding of theirs."""
    findings = table_of(FindingRow)
    label = literal("F-") + cast(findings.c.id, String)
    own = select(label).where(findings.c.person_id == person_id)
    return (table.c.audience == f"person:{person_id}") | table.c.subject.in_(own)


def _done_or_suffered(table: Table, person_id: int) -> ColumnElement[bool]:
    return (table.c.actor_id == person_id) | (table.c.subject == subject_of(person_id))


def subject_of(person_id: int) -> str:
    """How the audit trail names a person whom something was done to."""
    return f"person:{person_id}"


_trials: Final = table_of(CoachingTrialRow)

PLACES: Final[tuple[Place, ...]] = (
    # What others' rows refer to comes after them: rows are deleted in this order.
    _place(UsageRow, "person_id", DataKind.USAGE, Fate.DELETED, "start_us"),
    _place(EngineerDayRow, "person_id", DataKind.DAYS, Fate.DELETED, "day"),
    _place(UsageShareRow, "person_id", DataKind.SHARES, Fate.DELETED, "day"),
    _place(TeamWeekPersonRow, "person_id", DataKind.CLOSED_WEEKS, Fate.DELETED, "week"),
    _place(TeamWorkflowPersonRow, "person_id", DataKind.CLOSED_WEEKS, Fate.DELETED, "week"),
    _place(WorkflowLabelRow, "person_id", DataKind.LABELS, Fate.DELETED, "created_at"),
    _place(FocusWindowRow, "person_id", DataKind.FOCUS, Fate.DELETED, "started_at"),
    _place(LimitPushRow, "person_id", DataKind.LIMITS, Fate.DELETED, "noted_at"),
    _place(PersonAllowanceRow, "person_id", DataKind.BUDGETS, Fate.DELETED),
    Place(
        table_of(DeliveryRow),
        ("audience", "subject"),
        DataKind.MESSAGES,
        Fate.DELETED,
        _addressed,
        "due_at",
    ),
    _place(CoachingSlotRow, "person_id", DataKind.TIPS, Fate.DELETED, "taken_at"),
    _place(CoachingMuteRow, "person_id", DataKind.TIPS, Fate.DELETED, "since"),
    _place(
        CoachingTrialRow,
        "person_id",
        DataKind.TIPS,
        Fate.DELETED,
        "decided_at",
        withheld=_trials.c.measured_at.is_(None),
    ),
    _place(DigestAnswerRow, "person_id", DataKind.ANSWERS, Fate.DELETED, "at"),
    _place(FindingVerdictRow, "person_id", DataKind.FINDINGS, Fate.DELETED, "at"),
    Place(
        table_of(FindingVerdictRow),
        ("finding_id",),
        DataKind.FINDINGS,
        Fate.DELETED,
        _of_findings,
        "at",
    ),
    Place(
        table_of(FindingEventRow),
        ("finding_id",),
        DataKind.FINDINGS,
        Fate.DELETED,
        _of_findings,
        "at",
    ),
    _place(FindingRow, "person_id", DataKind.FINDINGS, Fate.DELETED, "since"),
    _place(RuleExceptionRow, "person_id", DataKind.EXCEPTIONS, Fate.DELETED, "created_at"),
    _place(PersonalReadRow, "person_id", DataKind.LOOKS, Fate.DELETED, "at"),
    _place(MembershipRow, "person_id", DataKind.MEMBERSHIPS, Fate.DELETED, "from_week"),
    _place(TeamLeadRow, "person_id", DataKind.MEMBERSHIPS, Fate.DELETED),
    _place(PersonRow, "id", DataKind.IDENTITY, Fate.NAMELESS),
    _place(OutcomeRow, "owner_id verified_by", DataKind.OUTCOMES, Fate.NAMELESS, "declared_at"),
    _place(OutcomeEventRow, "actor_id", DataKind.OUTCOMES, Fate.NAMELESS, "at"),
    _place(EvidenceCheckRow, "kept_by", DataKind.OUTCOMES, Fate.NAMELESS, "kept_at"),
    _place(
        GrantRow,
        "person_id requester_id approver_id created_by voided_by",
        DataKind.BUDGETS,
        Fate.NAMELESS,
        "created_at",
    ),
    _place(BudgetRequestRow, "person_id decided_by", DataKind.BUDGETS, Fate.NAMELESS, "asked_at"),
    _place(FindingEventRow, "actor_id", DataKind.DEEDS, Fate.NAMELESS, "at"),
    _place(RuleExceptionRow, "created_by ended_by", DataKind.DEEDS, Fate.NAMELESS, "created_at"),
    _place(RuleSettingRow, "changed_by", DataKind.DEEDS, Fate.NAMELESS, "changed_at"),
    _place(RuleParamRow, "changed_by", DataKind.DEEDS, Fate.NAMELESS, "changed_at"),
    _place(PersonalReadRow, "reader_id", DataKind.DEEDS, Fate.NAMELESS, "at"),
    Place(
        table_of(AuditRow),
        ("actor_id", "subject"),
        DataKind.DEEDS,
        Fate.NAMELESS,
        _done_or_suffered,
        "at",
    ),
)

ABOUT_NOBODY: Final[tuple[type[Stored], ...]] = (
    *(TeamRow, TeamWeekRow, TeamWorkflowRow, CompanyWeekRow, CompanyWeekTeamRow),
    *(OutcomeKeyRow, OutcomeMergeRow, OutcomeReviewRow, SourceHourRow),
    *(BudgetTermsRow, RuleBacktestRow, RulePassRow, CoachingRetirementRow),
)
"""Tables without a column that names a person: teams, sums over people, outcomes' own, the program's."""


def kept_about(session: Session, person_id: int) -> list[Kept]:
    """What is kept about a person, in the order of its kinds; kinds without a row are left out."""
    found: dict[tuple[DataKind, Fate], Kept] = {}
    parts: dict[tuple[Table, DataKind, Fate], list[Place]] = {}
    for place in PLACES:
        parts.setdefault((place.table, place.kind, place.fate), []).append(place)
    for (_, kind, fate), places in parts.items():
        rows, oldest = _counted(session, places, person_id)
        if rows:
            before = found.get((kind, fate), Kept(kind, fate, 0))
            dates = [one for one in (before.oldest, oldest) if one is not None]
            found[kind, fate] = Kept(kind, fate, before.rows + rows, min(dates, default=None))
    kinds = list(DataKind)
    return sorted(found.values(), key=lambda one: (kinds.index(one.kind), one.fate))


def tables_about(person_id: int) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    """Each table with the condition on the rows that a person may be shown of it."""
    for table in dict.fromkeys(place.table for place in PLACES):
        here = [place.shown_to(person_id) for place in PLACES if place.table is table]
        yield table, or_(*here)


def people_columns(table: Table) -> set[str]:
    """The columns that hold the number of a person."""
    return {
        column.name
        for column in table.columns
        if any(key.column.table.name == "person" for key in column.foreign_keys)
    } | ({"id"} if table.name == "person" else set())


def day_of(moment: date | datetime | int | None) -> date | None:
    """The day of a moment as a column holds it: a day, a moment, or microseconds."""
    if isinstance(moment, int):
        moment = from_microseconds(moment)
    return moment.date() if isinstance(moment, datetime) else moment


def _counted(session: Session, places: Sequence[Place], person_id: int) -> tuple[int, date | None]:
    """Rows of places in one table, each once, and the oldest day."""
    table, dated_by = places[0].table, places[0].dated_by
    columns = [func.count(), *([func.min(table.c[dated_by])] if dated_by else [])]
    about = or_(*(place.shown_to(person_id) for place in places))
    row = session.connection().execute(select(*columns).select_from(table).where(about)).one()
    return int(row[0]), day_of(row[1]) if dated_by else None
