"""`mileage rules backtest`: counts on one's own history, kept when all of it is done."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from policies.usage import microseconds
from storage import audit, rule_backtests
from storage.database import Database
from storage.people import ensure_person_by_email
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
    when: usage.cost_usd >= params.floor_usd
    impact_usd: usage.cost_usd
    limit: {findings: 100, share: 1.0}
    say: {coach: "It cost {usage.cost_usd}."}
"""


@pytest.fixture(autouse=True)
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_url: str) -> Database:
    """A rule of one's own, and eight people who cost 3 to 10 dollars on Saturday."""
    monkeypatch.chdir(tmp_path)
    Path("own").mkdir()
    Path("own/rules.yaml").write_text(RULE)
    monkeypatch.setenv("MILEAGE_POLICIES_DIR", "own")
    monkeypatch.setenv("MILEAGE_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("MILEAGE_CLOCK_START", NOW.isoformat())
    database = Database.open(sqlite_url)
    at = microseconds(NOW - timedelta(days=3))
    with database.writing() as session:
        people = [ensure_person_by_email(session, f"p{n}@example.com").id for n in range(8)]
        cost = {person: (3 + n) * 10**9 for n, person in enumerate(people)}
        records = [
            usage_record(p, f"r{p}", at, cost_list_nusd=cost[p], ingested_at_us=at) for p in people
        ]
        store_usage(session, records)
    return database


def test_counts_are_told_and_kept_with_an_audit_row(own: Database) -> None:
    code, said, complained = run("rules", "backtest", "costly-day", "--days", "7")
    assert (code, complained) == (0, "")
    assert said.splitlines() == [
        "costly-day v1, 7 days from 2026-06-09 to 2026-06-15",
        "  findings opened      6, 6.0 a week (6 0)",
        "  people concerned     6",
        "  tips told            0, 0.0 a week",
        "  money at stake       $45.00 at list price",
        "Kept.",
    ]
    with own.reading() as session:
        kept = rule_backtests.latest(session, "costly-day")
        assert kept is not None
        assert kept.summary.opened == 6
        assert [one.action for one in audit.entries_about(session, "costly-day")] == [
            "rule.backtested"
        ]


def test_another_threshold_is_compared_and_kept_under_its_own_digest(own: Database) -> None:
    run("rules", "backtest", "costly-day", "--days", "7")
    typed = ("rules", "backtest", "costly-day", "--days", "7", "--param", "floor_usd=7.0", "--json")
    code, said, _ = run(*typed)
    assert code == 0
    (found,) = json.loads(said)
    assert found["difference"] == {"only_new": 0, "only_running": 2, "both": 4}
    assert found["impact_usd"] is None  # four people are too few to tell of money
    with own.reading() as session:
        assert len(rule_backtests.shortfalls(session)) == 2


def test_a_new_text_is_compared_with_the_one_in_use() -> None:
    Path("new.yaml").write_text(RULE.replace("default: 5.0", "default: 4.0"))
    typed = ("rules", "backtest", "--file", "new.yaml", "--days", "7", "--no-save")
    code, said, _ = run(*typed)
    assert code == 0
    assert said.splitlines()[-2:] == [
        "  beside what runs     1 found by this alone, 0 by what runs alone, 6 by both",
        "Not kept.",
    ]


def test_without_saving_nothing_is_kept(own: Database) -> None:
    run("rules", "backtest", "costly-day", "--days", "7", "--no-save")
    with own.reading() as session:
        assert rule_backtests.latest(session, "costly-day") is None


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (("costly-dya",), "There is no rule “costly-dya”."),
        (("costly-day", "--param", "flour=1.0"), "costly-day has no parameter “flour”."),
        (("costly-day", "--param", "floor_usd=much"), "“much” is no number. Write it as 5."),
        (("costly-day", "--param", "floor_usd=0.1"), "floor_usd: It has to be from 0.5 to 500."),
        (("--param", "floor_usd=1.0"), "--param is for one rule: name it."),
        (("--file", "nowhere.yaml"), "There is nothing at nowhere.yaml."),
    ],
)
def test_what_cannot_be_replayed_is_one_sentence(typed: tuple[str, ...], sentence: str) -> None:
    code, _, complained = run("rules", "backtest", *typed)
    assert code == 2
    assert sentence in complained


@pytest.mark.parametrize("typed", ["4.5", "$4.50", "4.5 usd"])
def test_a_threshold_is_typed_as_in_chat(typed: str) -> None:
    code, said, complained = run(
        *("rules", "backtest", "costly-day", "--days", "7", "--no-save", "--param"),
        f"floor_usd={typed}",
    )
    assert (code, complained) == (0, "")
    assert "beside what runs" in said
