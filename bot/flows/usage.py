"""Importing usage: whose it is, what it cost, and into storage in transactions of bounded size."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import starmap
from operator import attrgetter
from pathlib import Path
from typing import Final

from sqlmodel import Session

from connectors.owners import Whose
from connectors.reading import (
    Observation,
    OnBytes,
    Reading,
    Refusal,
    Source,
    StoredUsage,
    nothing_listens,
)
from policies.pricing import PriceBook
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

# A row holds plain values, and reading them from an enum a million times costs as much as the rest.
REQUEST: Final = Granularity.REQUEST.value
BUCKET: Final = Granularity.BUCKET.value
USER: Final = ActorKind.USER.value
UNKNOWN_CLASS: Final = ModelClass.UNKNOWN.value
RATE_CARD: Final = CostBasis.RATE_CARD.value
REPORTED: Final = CostBasis.REPORTED.value
NONE: Final = CostBasis.NONE.value
IS_FINAL: Final = True
LOCAL_FILE: Final = Trust.LOCAL_FILE.value


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

    def count(self, records: Sequence[UsageRecord]) -> None:
        """Add the tokens and costs of records; the models of those without a cost are named."""
        for place, name in enumerate(TokenCounts._fields):
            self.tokens[place] += sum(filter(None, map(attrgetter(name), records)))
        self.cost_list_nusd += sum(filter(None, map(attrgetter("cost_list_nusd"), records)))
        for record in records:
            if record.cost_list_nusd is None:
                self.unknown_models[record.model_raw] += record.tokens.total

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
    """Read a path and store what it tells; CannotRead where there is nothing to read."""
    with source.begin(path, now) as finish:
        return store_reading(database, source, finish(on_bytes), whose, now)


def store_reading(
    database: Database, source: Source, reading: Reading, whose: Whose, now: datetime
) -> ImportReport:
    """Store what was read.

    Storing the same again, in any order or in part, changes nothing that was right, and an import
    that was cut off is completed by the next: each transaction holds whole facts with their rollups.
    """
    book = PriceBook()
    report = ImportReport(
        reading.files, reading.lines, reading.duplicates, list(reading.refused), book.version
    )
    store = Store(database, source, book, microseconds(now), report)
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


@dataclass(slots=True)
class Store:
    """Prices facts, puts them into the database person by person, and adds up the report."""

    database: Database
    source: Source
    book: PriceBook
    now_us: int
    report: ImportReport
    new_people: set[int] = field(default_factory=set)

    def put(self, email: str, observations: list[Observation]) -> None:
        """One transaction: the person, the records, their rollups."""
        with self.database.writing() as session:
            person = people.ensure_person_by_email(session, email)
            settled = self.settled(session, person.id, observations)
            records = [self.record(person.id, email, one) for one in settled]
            counts = usage.store_usage(session, records)
        self.report.count(records)
        self.report.records += counts.new + counts.changed

    def settled(
        self, session: Session, person_id: int, observations: list[Observation]
    ) -> list[Observation]:
        """The facts, under the keys of the stored records that they are copies of.

        What this import stored itself holds no copies, so it is not looked through.
        """
        if self.source.settle is None or person_id in self.new_people:
            return observations
        if not usage_identities.has_usage(session, person_id, self.source.name):
            self.new_people.add(person_id)
            return observations
        starts = [one.start_us for one in observations]
        stored = usage_identities.usage_identities(
            session,
            person_id,
            self.source.name,
            from_microseconds(min(starts)) - COPIES_WITHIN,
            from_microseconds(max(starts)) + COPIES_WITHIN,
        )
        return self.source.settle(observations, starmap(StoredUsage, stored))

    def record(self, person_id: int, email: str, one: Observation) -> UsageRecord:
        """The row of a fact, counted in the report."""
        # Taken apart at once and made without its constructor: twice as fast, a million times.
        (_, key, start_us, model, sent, read, short, long, other, written, revision, fast, session,
         request, tool, query_source, repo, branch, commit, pull_request, ticket, outcome, requests,
         reported, end_us, is_bucket, api_key, prompt, workflow, agent) = one  # fmt: skip
        card = self.book.card(model, start_us, fast)
        granularity = Granularity.BUCKET if is_bucket else Granularity.REQUEST
        tokens = (sent, read, short, long, other, written)
        cost = card.cost_nusd(tokens, granularity) if card else None
        if end_us is None:
            end_us = start_us
        return UsageRecord._make(
            (
                person_id,
                key,
                self.source.name,
                BUCKET if is_bucket else REQUEST,
                start_us,
                end_us,
                card.provider if card else UNKNOWN_PROVIDER,
                model,
                card.model_id if card else model,
                card.model_class_name if card else UNKNOWN_CLASS,
                USER,
                email,
                api_key,
                None,  # workspace_ref
                session,
                request,
                prompt,
                workflow,
                tool,
                agent,
                query_source,
                repo,
                branch,
                commit,
                pull_request,
                ticket,
                outcome,
                *tokens,
                None,  # output_reasoning
                requests,
                reported,
                cost,
                RATE_CARD if cost is not None else NONE if reported is None else REPORTED,
                self.book.version if cost is not None else "",
                LOCAL_FILE,
                revision,
                IS_FINAL,
                end_us,  # data_as_of_us
                self.now_us,
            )
        )


def _nobodys(source: Source, owner: str) -> Refusal:
    if source.owner_is_email:
        return Refusal("", 0, "rows without a person; add a person column or --person EMAIL")
    return Refusal(owner, 0, "no pattern of the map matches this folder")
