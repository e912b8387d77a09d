"""Importing usage: whose it is, what it cost, and into storage in transactions of bounded size."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from sqlmodel import Session

from connectors.reading import (
    Observation,
    OnBytes,
    Refusal,
    Source,
    StoredUsage,
    nothing_listens,
)
from policies.pricing import PriceBook, RateCard
from policies.usage import (
    ActorKind,
    CostBasis,
    Granularity,
    ModelClass,
    TokenCounts,
    Trust,
    UsageRecord,
    from_microseconds,
    microseconds,
    usd_from_nanos,
)
from storage import people, usage, usage_identities
from storage.database import Database

ROWS_A_TRANSACTION: Final = 10_000
COPIES_WITHIN: Final = timedelta(days=7)
"""How far from a fact its earlier import is looked for under another key."""

UNKNOWN_PROVIDER: Final = "unknown"

Whose = Callable[[str], str | None]
"""From an owner, in the source's terms, to an e-mail address; None where nobody is named."""


@dataclass(slots=True)
class ImportReport:
    """What an import read and did.

    `records` counts those newly stored or changed. The rest describes what was read, each response
    counted once: `cost_list_nusd` leaves out the tokens of `unknown_models`.
    """

    files: int
    lines: int
    duplicates: int
    refused: list[Refusal]
    price_version: str
    records: int = 0
    tokens: list[int] = field(default_factory=lambda: [0] * len(TokenCounts._fields))
    cost_list_nusd: int = 0
    unknown_models: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def token_counts(self) -> TokenCounts:
        """Tokens by disjoint class."""
        return TokenCounts(*self.tokens)

    @property
    def cost_list_usd(self) -> Decimal:
        """USD at list price over all models with a known price."""
        return usd_from_nanos(self.cost_list_nusd)


def import_usage(
    database: Database,
    source: Source,
    path: Path,
    whose: Whose,
    now: datetime,
    on_bytes: OnBytes = nothing_listens,
) -> ImportReport:
    """Read a path and store what it tells; CannotRead where there is nothing to read.

    Importing the same again, in any order or in part, changes nothing that was right, and an import
    that was cut off is completed by the next: each transaction holds whole facts with their rollups.
    """
    reading = source.read(path, now, on_bytes)
    pricing = Pricing(source, PriceBook(), microseconds(now))
    report = ImportReport(
        reading.files,
        reading.lines,
        reading.duplicates,
        list(reading.refused),
        pricing.book.version,
    )
    store = Store(database, source, pricing, report)
    waiting: defaultdict[str, list[Observation]] = defaultdict(list)
    nobodys: set[str] = set()
    for one in reading.observations:
        email = whose(one.owner)
        if email is None:
            nobodys.add(one.owner)
            continue
        waiting[email].append(one)
        if len(waiting[email]) >= ROWS_A_TRANSACTION:
            store.put(email, waiting.pop(email))
    for email, observations in sorted(waiting.items()):
        store.put(email, observations)
    report.refused += [_nobodys(source, owner) for owner in sorted(nobodys)]
    return report


def everything_is(email: str) -> Whose:
    """All of it is this person's, unless the source itself names another."""
    return lambda _owner: email


def by_folder(patterns: Sequence[tuple[str, str]]) -> Whose:
    """The person of the first pattern that matches the folder, or a folder that it is in.

    Patterns are globs of folders below the imported path: `*` matches anything, `/` as well.
    """

    def whose(folder: str) -> str | None:
        return next(
            (email for pattern, email in patterns if _matches(folder, pattern.strip("/"))), None
        )

    return whose


def as_stated(otherwise: str | None) -> Whose:
    """Whom the source itself names, else the given person."""
    return lambda owner: owner or otherwise


@dataclass(frozen=True, slots=True)
class Pricing:
    """Makes records of facts: the price book, the source's name, and when this is."""

    source: Source
    book: PriceBook
    now_us: int

    def cost_of(self, one: Observation) -> tuple[RateCard | None, int | None]:
        """The rate card of the fact's day, and its cost in nano-dollars; None where unknown."""
        card = self.book.card(one.model, one.start_us, one.fast)
        return card, card.cost_nusd(one.tokens, _granularity(one)) if card else None

    def record(
        self, person_id: int, actor: str, one: Observation, card: RateCard | None, cost: int | None
    ) -> UsageRecord:
        """The row to store."""
        return UsageRecord(
            person_id=person_id,
            usage_key=one.usage_key,
            source=self.source.name,
            granularity=_granularity(one).value,
            start_us=one.start_us,
            end_us=one.start_us if one.end_us is None else one.end_us,
            provider=card.provider if card else UNKNOWN_PROVIDER,
            model_raw=one.model,
            model_id=card.model_id if card else one.model,
            model_class=(card.model_class if card else ModelClass.UNKNOWN).value,
            actor_kind=ActorKind.USER.value,
            actor_ref=actor,
            api_key_ref=None,
            workspace_ref=None,
            session_id=one.session_id,
            request_id=one.request_id,
            prompt_id=None,
            workflow_id=None,
            tool=one.tool,
            agent_name=None,
            query_source=one.query_source,
            repo=one.repo,
            branch=one.branch,
            commit_sha=one.commit_sha,
            pull_request=one.pull_request,
            ticket=one.ticket,
            outcome_tag=one.outcome_tag,
            **one.tokens._asdict(),
            output_reasoning=None,
            requests=one.requests,
            cost_reported_nusd=one.cost_reported_nusd,
            cost_list_nusd=cost,
            cost_basis=_basis(cost, one.cost_reported_nusd).value,
            price_version=self.book.version if cost is not None else "",
            trust=Trust.LOCAL_FILE.value,
            revision=one.revision,
            is_final=True,
            data_as_of_us=one.start_us if one.end_us is None else one.end_us,
            ingested_at_us=self.now_us,
        )


@dataclass(slots=True)
class Store:
    """Puts facts of one person after another into the database, and adds up the report."""

    database: Database
    source: Source
    pricing: Pricing
    report: ImportReport

    def put(self, email: str, observations: list[Observation]) -> None:
        """One transaction: the person, the records, their rollups."""
        with self.database.writing() as session:
            person = people.ensure_person_by_email(session, email)
            settled = self.settled(session, person.id, observations)
            records = [self.record(person.id, email, one) for one in settled]
            counts = usage.store_usage(session, records)
        self.report.records += counts.new + counts.changed

    def settled(
        self, session: Session, person_id: int, observations: list[Observation]
    ) -> list[Observation]:
        """The facts, under the keys of the stored records that they are copies of."""
        if self.source.settle is None:
            return observations
        starts = [one.start_us for one in observations]
        stored = usage_identities.usage_identities(
            session,
            person_id,
            self.source.name,
            from_microseconds(min(starts)) - COPIES_WITHIN,
            from_microseconds(max(starts)) + COPIES_WITHIN,
        )
        return self.source.settle(observations, (StoredUsage(*row) for row in stored))

    def record(self, person_id: int, email: str, one: Observation) -> UsageRecord:
        """The row of a fact, counted in the report."""
        card, cost = self.pricing.cost_of(one)
        totals = self.report.tokens
        for place, count in enumerate(one.tokens):
            totals[place] += count or 0
        if cost is None:
            self.report.unknown_models[one.model] += one.tokens.total
        else:
            self.report.cost_list_nusd += cost
        return self.pricing.record(person_id, email, one, card, cost)


def _granularity(one: Observation) -> Granularity:
    return Granularity.BUCKET if one.is_bucket else Granularity.REQUEST


def _basis(cost: int | None, reported: int | None) -> CostBasis:
    if cost is not None:
        return CostBasis.RATE_CARD
    return CostBasis.NONE if reported is None else CostBasis.REPORTED


def _matches(folder: str, pattern: str) -> bool:
    parts = folder.split("/")
    return any(fnmatchcase("/".join(parts[:depth]), pattern) for depth in range(1, len(parts) + 1))


def _nobodys(source: Source, owner: str) -> Refusal:
    if source.owner_is_email:
        return Refusal("", 0, "rows without a person; add a person column or --person EMAIL")
    return Refusal(owner, 0, "no pattern of the map matches this folder")
