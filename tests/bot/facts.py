"""Gathered facts in tests: terms to gather by, and the catalogue that they have to keep to."""

from collections.abc import Iterable
from datetime import UTC, datetime

from bot.flows.digest_terms import DigestTerms
from bot.flows.rule_facts import Gathering, facts_of
from policies.model_classes import ModelClasses, ReviewedModel
from policies.pricing import PriceBook
from policies.privacy import GroupRule
from policies.rules.catalogue import CATALOGUE, LABELS
from policies.rules.facts import FactValue, SubjectKind
from policies.rules.subjects import SubjectFacts
from policies.usage import ModelClass, microseconds
from storage import people
from storage.database import Database
from storage.people import TeamDraft
from storage.usage import store_usage
from tests.storage.records import usage_record

LONG_AGO = datetime(2025, 1, 6, tzinfo=UTC)

CLASSES = ModelClasses(
    {
        "claude-opus-4-5": ReviewedModel(ModelClass.FRONTIER, "claude-sonnet-4-5"),
        "claude-sonnet-4-5": ReviewedModel(ModelClass.MID, "claude-haiku-4-5"),
        "claude-haiku-4-5": ReviewedModel(ModelClass.SMALL),
    }
)
GATHERING = Gathering(GroupRule(), PriceBook(), CLASSES)
DIGEST_TERMS = DigestTerms(GATHERING)


def gathered(
    database: Database, kind: SubjectKind, as_of: datetime, gathering: Gathering = GATHERING
) -> dict[str, dict[str, FactValue]]:
    """The facts of all subjects of a kind by key, each found to keep to the catalogue."""
    with database.reading() as session:
        found = list(facts_of(session, kind, as_of, gathering))
    assert_all_of_the_catalogue(found)
    by_key = {one.subject.key: dict(one.values) for one in found}
    assert len(by_key) == len(found), "a subject came twice"
    return by_key


def assert_all_of_the_catalogue(found: Iterable[SubjectFacts]) -> None:
    """Each subject has exactly the facts and labels of its kind, and each value exactly its type.

    What is not known has the value without data.
    """
    for one in found:
        facts = CATALOGUE[one.subject.kind]
        assert set(one.values) == set(facts), set(one.values) ^ set(facts)
        assert set(one.subject.labels) == set(LABELS[one.subject.kind]), one.subject
        assert all(type(label) is str for label in one.subject.labels.values()), one.subject
        for name, value in one.values.items():
            fact = facts[name]
            assert fact.type.holds(value), (one.subject, name, value)
            if fact.known_by and not one.values[fact.known_by]:
                assert value == fact.without_data, (one.subject, name, value)


def team_of(database: Database, zone: str, *names: str) -> tuple[int, dict[str, int]]:
    """A team in a zone, and its people by name."""
    with database.writing() as session:
        ids = {n: people.ensure_person_by_email(session, f"{n}@example.org").id for n in names}
        draft = TeamDraft(f"Team of {names[0]}", "T1", f"C{names[0]}", zone)
        team = people.save_team(session, draft, [ids[names[0]]], list(ids.values()), LONG_AGO)
    return team.id, ids


def uses(
    database: Database,
    person_id: int,
    at: datetime,
    arrived: datetime | None = None,
    **changes: object,
) -> None:
    """One record of a person's, stored as it comes in; it arrives when it happens unless said."""
    start = microseconds(at)
    record = usage_record(
        person_id,
        f"{person_id}-{start}-{sorted(changes.items())}",
        start,
        **{"ingested_at_us": microseconds(arrived or at), **changes},
    )
    with database.writing() as session:
        store_usage(session, [record])
