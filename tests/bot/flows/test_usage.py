"""Imports into a real database: counted once, priced, attributed, in any order and any number of times."""

import itertools
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from bot.flows.usage import ImportReport, import_usage
from connectors.owners import Whose, as_stated, by_folder, everything_is
from connectors.sources import SOURCES
from policies.usage import TokenCounts, UsageRecord
from storage import people, rollups
from storage.database import Database
from tests.connectors.claude_code_files import ABSENT, Line, line, text, write
from tests.generators.claude_code import ClaudeCodeLogs
from tests.storage.records import stored

NOW = datetime(2026, 11, 22, tzinfo=UTC)
ANA = "ana@example.com"
BEFORE_TEN, AFTER_TEN = "2026-01-09T09:59:58.000Z", "2026-01-09T10:00:03.000Z"
BEFORE_MIDNIGHT, AFTER_MIDNIGHT = "2026-01-09T23:59:58.000Z", "2026-01-10T00:00:03.000Z"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database.open(f"sqlite:///{tmp_path}/mileage.db")
    opened.migrate()
    yield opened
    opened.dispose()


def bring_in(
    database: Database, path: Path, whose: Whose | None = None, source: str = "claude-code"
) -> ImportReport:
    return import_usage(database, SOURCES[source], path, whose or everything_is(ANA), NOW)


def records(database: Database, email: str = ANA) -> list[UsageRecord]:
    with database.reading() as session:
        person = people.find_person_by_email(session, email)
        return [one for one in stored(session) if person and one.person_id == person.id]


def stored_tokens(database: Database, email: str = ANA) -> int:
    """The same from the records and from their rollups."""
    with database.reading() as session:
        person = people.find_person_by_email(session, email)
        assert person is not None
        days = rollups.person_days(session, person.id, date(2025, 1, 1), date(2027, 1, 1))
    raw = sum(one.tokens.total for one in records(database, email))
    assert raw == sum(day.tokens.total for day in days)
    return raw


def lines(tmp_path: Path, name: str, *content: Line) -> Path:
    return write(tmp_path / name, {"p/s1.jsonl": text(*content)})


def test_a_record_says_what_the_log_said_and_what_it_cost(
    database: Database, tmp_path: Path
) -> None:
    counts = {
        "output_tokens": 50,
        "cache_read_input_tokens": 10,
        "cache_creation_input_tokens": 25,
        "cache_creation": {"ephemeral_5m_input_tokens": 20, "ephemeral_1h_input_tokens": 5},
    }
    told = line(
        100, usage=counts, cwd="/home/ana/checkout", gitBranch="PAY-123-retry", costUSD=0.12
    )
    bring_in(database, lines(tmp_path, "a", told))
    (record,) = records(database)
    assert record.tokens == TokenCounts(100, 10, 20, 5, 0, 50)
    assert record.cost_list == Decimal("0.001158")
    assert (record.cost_basis, record.price_version) == ("rate_card", "genai-prices 0.2.3")
    assert record.cost_reported_nusd == 120_000_000
    assert (record.model_id, record.model_raw) == ("claude-sonnet-4-0", "claude-sonnet-4-20250514")
    assert (record.provider, record.model_class, record.trust) == ("anthropic", "mid", 0)
    assert (record.repo, record.branch, record.ticket) == ("checkout", "PAY-123-retry", "PAY-123")
    assert record.started_at == datetime(2026, 1, 9, 10, tzinfo=UTC)


def test_an_unknown_model_has_tokens_and_no_cost(database: Database, tmp_path: Path) -> None:
    report = bring_in(
        database, lines(tmp_path, "a", line(7, model="owl-1"), line(5, message="msg_2"))
    )
    assert report.unknown_models == {"owl-1": 7}
    assert report.cost_list_usd == Decimal("0.000015")
    unknown = next(one for one in records(database) if one.model_raw == "owl-1")
    assert (unknown.cost_list, unknown.cost_basis, unknown.model_class) == (None, "none", "unknown")


def test_importing_twice_changes_nothing(database: Database, tmp_path: Path) -> None:
    ClaudeCodeLogs(4).write(tmp_path, 1_500)
    first = bring_in(database, tmp_path / "projects")
    before = records(database)
    second = bring_in(database, tmp_path / "projects")
    assert (first.records, second.records) == (len(before), 0)
    assert records(database) == before
    assert (second.tokens, second.duplicates, second.cost_list_usd) == (
        first.tokens,
        first.duplicates,
        first.cost_list_usd,
    )
    assert stored_tokens(database) == first.token_counts.total


def test_a_log_imported_line_by_line_as_it_grows_is_the_log_imported_once(
    database: Database, tmp_path: Path
) -> None:
    (path,) = ClaudeCodeLogs(5).write(tmp_path / "all", 60)[:1]
    whole = path.read_text(encoding="utf-8").splitlines()
    stored = 0
    for count in range(1, len(whole) + 1):
        part = write(tmp_path / "grown", {"p/s1.jsonl": "\n".join(whole[:count]) + "\n"})
        stored += bring_in(database, part).records
    report = bring_in(database, path, everything_is("ben@example.com"))
    assert stored_tokens(database) == stored_tokens(database, "ben@example.com")
    assert report.token_counts.total == stored_tokens(database)
    assert stored >= report.records == len(records(database))


def test_files_one_by_one_in_any_order_are_the_folder_at_once(
    database: Database, tmp_path: Path
) -> None:
    files = ClaudeCodeLogs(6).write(tmp_path, 900)
    for number, order in enumerate((files, files[::-1], [*files[::2], *files[1::2], *files])):
        email = f"person{number}@example.com"
        for path in order:
            bring_in(database, path, everything_is(email))
        whole = bring_in(database, tmp_path / "projects", everything_is(f"whole-{email}"))
        assert stored_tokens(database, email) == whole.token_counts.total


COPIES: dict[str, tuple[int, list[Line]]] = {
    "a replay and its parent": (1, [line(1), line(9, request="req_2", side=True, at=AFTER_TEN)]),
    "a replay of the hour before": (
        1,
        [line(1, at=BEFORE_TEN), line(9, request="req_2", side=True, at=AFTER_TEN)],
    ),
    "a replay of the day before": (
        1,
        [line(1, at=BEFORE_MIDNIGHT), line(9, request="req_2", side=True, at=AFTER_MIDNIGHT)],
    ),
    "two replays of one message": (
        9,
        [line(9, request="req_2", side=True), line(5, request="req_3", side=True, at=AFTER_TEN)],
    ),
    "a response that grows over the hour": (9, [line(1, at=BEFORE_TEN), line(9, at=AFTER_TEN)]),
    "a response that grows over midnight": (
        9,
        [line(1, at=BEFORE_MIDNIGHT), line(9, at=AFTER_MIDNIGHT)],
    ),
    "a replay of a message with two requests": (
        6,
        [line(1), line(5, request="req_2"), line(9, request="req_3", side=True)],
    ),
    "a copy in a session that resumed": (9, [line(9), line(1, session="s2")]),
    "a gateway's answers": (
        6,
        [line(1, request=ABSENT), line(5, request=ABSENT, session="s2")],
    ),
    "lines without any id": (1, [line(1, message=ABSENT), line(1, message=ABSENT)]),
}


@pytest.mark.parametrize(("tokens", "told"), COPIES.values(), ids=COPIES)
def test_copies_are_recognised_across_imports(
    database: Database, tmp_path: Path, tokens: int, told: list[Line]
) -> None:
    for number, order in enumerate(itertools.permutations(told)):
        email = f"person{number}@example.com"
        for place, one in enumerate([*order, *order]):
            path = lines(tmp_path, f"{number}-{place}", one)
            bring_in(database, path, everything_is(email))
        assert stored_tokens(database, email) == tokens


def test_a_map_tells_whose_a_folder_is(database: Database, tmp_path: Path) -> None:
    root = write(
        tmp_path,
        {
            "ana/p/s1.jsonl": text(line(1)),
            "ben/q/s2.jsonl": text(line(20, message="msg_2", session="s2")),
            "who/r/s3.jsonl": text(line(300, message="msg_3", session="s3")),
        },
    )
    report = bring_in(database, root, by_folder([("ana", ANA), ("b*", "ben@example.com")]))
    assert stored_tokens(database) == 1
    assert stored_tokens(database, "ben@example.com") == 20
    assert report.token_counts.total == 21
    assert [(one.file, one.reason) for one in report.refused] == [
        ("who/r", "no pattern of the map matches this folder")
    ]


def test_a_csv_names_its_people(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "usage.csv"
    path.write_text(
        "timestamp,person,model,input_tokens,output_tokens,requests\n"
        "2026-03-02T08:00:00Z,ana@example.com,claude-sonnet-4-5,1000000,0,40\n"
        "2026-03-02T08:00:00Z,,claude-sonnet-4-5,5,0,1\n"
    )
    report = bring_in(database, path, as_stated(None), "csv")
    (record,) = records(database)
    assert (record.granularity, record.cost_list, record.cache_read) == ("bucket", 3, None)
    assert [one.reason for one in report.refused] == [
        "rows without a person; add a person column or --person EMAIL"
    ]
    assert bring_in(database, path, as_stated("ben@example.com"), "csv").records == 1
    assert stored_tokens(database, "ben@example.com") == 5


def test_a_correction_in_a_csv_carries_a_higher_revision(
    database: Database, tmp_path: Path
) -> None:
    path = tmp_path / "usage.csv"
    for tokens, revision, changed in ((5, 0, 1), (9, 0, 0), (3, 1, 1)):
        path.write_text(
            "timestamp,model,input_tokens,output_tokens,key,revision\n"
            f"2026-03-02T08:00:00Z,gpt-5.2,{tokens},1,k1,{revision}\n"
        )
        assert bring_in(database, path, as_stated(ANA), "csv").records == changed
    assert stored_tokens(database) == 4


def test_no_prompt_and_no_path_reaches_the_database(database: Database, tmp_path: Path) -> None:
    told = line(1, cwd="/home/ana/hunter2/checkout", content=[{"text": "hunter2"}])
    bring_in(database, lines(tmp_path, "a", told))
    database.dispose()
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("mileage.db*"))
    assert b"hunter2" not in kept
    assert b"checkout" in kept
