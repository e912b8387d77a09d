"""`mileage rules plan` and `explain`: what would be told and why; looks at people's figures are audited."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from policies.usage import microseconds
from storage import audit
from storage.database import Database
from storage.people import ensure_person_by_email
from storage.tables import DeliveryRow, FindingRow
from storage.usage import store_usage
from tests.bot.cli.test_conventions import run
from tests.storage.records import usage_record

NOW = datetime(2026, 6, 16, 9, tzinfo=UTC)
RULE = """
apiVersion: mileage/v1
rules:
  - id: costly-day
    version: 1
    title: A costly day
    subject: engineer_day
    params:
      floor_usd: {default: 5.0, unit: USD, min: 0.5, max: 500.0, help: Least cost worth a word}
    when: usage.cost_usd >= params.floor_usd && usage.requests >= 1
    impact_usd: usage.cost_usd
    for: 1h
    limit: {findings: 100, share: 1.0}
    say: {coach: "It cost {usage.cost_usd}."}
"""


@pytest.fixture(autouse=True)
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_url: str) -> Database:
    """A rule of one's own, and two people who cost 3 and 6 dollars today."""
    monkeypatch.chdir(tmp_path)
    Path("own").mkdir()
    Path("own/rules.yaml").write_text(RULE.replace("    for: 1h\n", ""))
    monkeypatch.setenv("MILEAGE_POLICIES_DIR", "own")
    monkeypatch.setenv("MILEAGE_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("MILEAGE_CLOCK_START", NOW.isoformat())
    database = Database.open(sqlite_url)
    at = microseconds(NOW - timedelta(hours=3))
    with database.writing() as session:
        for n in (1, 2):
            person = ensure_person_by_email(session, f"p{n}@example.com").id
            record = usage_record(
                person, f"r{n}", at, cost_list_nusd=3 * n * 10**9, ingested_at_us=at
            )
            store_usage(session, [record])
    return database


def test_a_plan_shows_subjects_texts_and_reasons(own: Database) -> None:
    code, said, complained = run("rules", "plan", "costly-day")
    assert (code, complained) == (0, "")
    trace = "2 looked at -> 1 matched -> 0 waiting, 0 exempted, 0 inhibited -> 1 findings"
    assert said.splitlines() == [
        f"costly-day (shadow): {trace} (1 new, 0 resolved)",
        "  person:2: open. It matches.",
        "    “It cost $6.00.”",
        "    Not told: The person is not in Slack.",
    ]


def test_a_plan_keeps_and_posts_nothing_but_that_it_was_looked_at(own: Database) -> None:
    run("rules", "plan", "costly-day")
    with own.reading() as session:
        assert session.exec(select(FindingRow)).all() == []
        assert session.exec(select(DeliveryRow)).all() == []
        assert [one.action for one in audit.entries_about(session, "costly-day")] == [
            "rule.planned"
        ]


def test_a_plan_is_written_as_json() -> None:
    code, said, _ = run("rules", "plan", "costly-day", "--json")
    assert code == 0
    (planned,) = json.loads(said)
    assert (planned["rule"], planned["stage"], planned["held"]) == ("costly-day", "shadow", "")
    assert planned["findings"] == [
        {
            "subject": "person:2",
            "state": "open",
            "reason": "It matches.",
            "says": "It cost $6.00.",
            "told": False,
            "why": "The person is not in Slack.",
        }
    ]


def test_a_rule_is_explained_without_a_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MILEAGE_DATABASE_URL", "sqlite:///nowhere/at/all.db")
    Path("own/rules.yaml").write_text(RULE)
    code, said, complained = run("rules", "explain", "costly-day")
    assert (code, complained) == (0, "")
    assert said.splitlines() == [
        "costly-day v1: A costly day",
        "It looks at a person's day. Its file asks for shadow, as a tip.",
        "It matches when all of this holds:",
        "  usage.cost_usd >= params.floor_usd",
        "  usage.requests >= 1",
        "It has to hold for 1h before it is a finding, and to be clear once before that is resolved.",
        "Its thresholds:",
        "  floor_usd: USD, from 0.5 to 500. The rule's file says 5. Least cost worth a word.",
        "The facts in it:",
        "  usage.cost_usd: Cost at list price of everything that has a known price.",
        "  usage.requests: Requests to models; what is not counted is one.",
    ]


def test_a_subject_is_explained_clause_by_clause_and_the_look_is_audited(own: Database) -> None:
    code, said, complained = run("rules", "explain", "costly-day", "--subject", "person:1")
    assert (code, complained) == (0, "")
    about = said.split("\n\n")[1].splitlines()
    assert about[0] == "person:1 as of 2026-06-16 09:00 UTC: clear"
    assert about[1:4] == [
        "  does not hold  usage.cost_usd >= params.floor_usd",
        "      usage.cost_usd is 3.0",
        "      params.floor_usd is 5.0",
    ]
    assert about[-2:] == [
        "  There is no finding of it.",
        "  The rule is at shadow. It only watches.",
    ]
    with own.reading() as session:
        (entry,) = audit.entries_about(session, "person:1")
    assert (entry.action, entry.details) == (
        "rule.explained",
        {"rule": "costly-day", "person_id": 1},
    )


def test_a_subject_is_explained_as_of_another_moment() -> None:
    earlier = ("--as-of", "2026-06-16T05:00:00+00:00")
    code, said, _ = run("rules", "explain", "costly-day", "--subject", "person:2", *earlier)
    assert code == 0
    assert "person:2 as of 2026-06-16 05:00 UTC: clear" in said


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (("costly-dya",), "There is no rule “costly-dya”."),
        (("costly-day", "--subject", "outcome:9"), "There is nothing of outcome:9 to look at"),
        (("costly-day", "--as-of", "2026-06-16T05:00Z"), "add --subject KEY"),
        (("costly-day", "--subject", "person:1", "--as-of", "noon"), "is no time with a zone"),
    ],
)
def test_what_cannot_be_explained_is_one_sentence(typed: tuple[str, ...], sentence: str) -> None:
    code, _, complained = run("rules", "explain", *typed)
    assert code == 2
    assert sentence in complained
