"""Usage from a CSV: the documented columns, spreadsheets' habits, and what is refused."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.csv_usage import begin
from connectors.reading import Observation, Reading, Refusal, nothing_listens
from policies.usage import TokenCounts

NOW = datetime(2026, 11, 22, tzinfo=UTC)
HEADER = "timestamp,person,model,input_tokens,output_tokens"
ROW = "2026-03-02T08:00:00Z,ana@example.com,gpt-5.2,100,20"


def read(folder: Path, content: str | bytes) -> Reading:
    path = folder / "usage.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with begin(path, NOW) as finish:
        return finish(nothing_listens)


def facts(folder: Path, content: str | bytes) -> list[Observation]:
    reading = read(folder, content)
    assert list(reading.refused) == []
    return list(reading.observations)


def test_a_row_with_every_column(tmp_path: Path) -> None:
    header = (
        "timestamp,end,person,key,revision,model,requests,cost_usd,input_tokens,cache_read_tokens,"
        "cache_write_5m_tokens,cache_write_1h_tokens,cache_write_tokens,output_tokens,"
        "session_id,request_id,tool,repo,branch,commit,pull_request,ticket,outcome,"
        "prompt_id,workflow,agent,api_key_id"
    )
    row = (
        "2026-03-02T08:00:00+01:00,2026-03-02T09:00:00+01:00,Ana@Example.com,k1,2,gpt-5.2,12,0.25,"
        "1,2,3,4,5,6,s,r,cli,checkout,main,abc,77,PAY-1,O-12,"
        "p-1,nightly,tester,key-7"
    )
    (fact,) = facts(tmp_path, f"{header}\n{row}\n")
    assert fact.owner == "ana@example.com"
    assert fact.tokens == TokenCounts(1, 2, 3, 4, 5, 6)
    assert (fact.requests, fact.is_bucket, fact.revision) == (12, True, 2)
    assert fact.cost_reported_nusd == 250_000_000
    assert (fact.start_us, fact.end_us) == (1_772_434_800_000_000, 1_772_438_400_000_000)
    assert (fact.branch, fact.commit_sha, fact.outcome_tag) == ("main", "abc", "O-12")
    assert (fact.prompt_id, fact.workflow_id, fact.agent_name) == ("p-1", "nightly", "tester")
    assert fact.api_key_ref == "key-7"


def test_a_row_without_a_key_keeps_the_one_it_had_before_columns_were_added(tmp_path: Path) -> None:
    (fact,) = facts(tmp_path, f"{HEADER}\n{ROW}\n")
    assert fact.usage_key.hex() == "0007833884bf0210041cd8734c923b82"
    (other,) = facts(tmp_path, f"{HEADER},workflow\n{ROW},nightly\n")
    assert other.usage_key != fact.usage_key


@pytest.mark.parametrize(
    ("columns", "cells", "workflow"),
    [
        ("workflow,skill,command", "nightly,review,/deploy", "nightly"),
        ("workflow,skill,command", ",review,/deploy", "review"),
        ("repo,command", "shop,/release-notes for the 3rd customer", "shop: /release-notes"),
        ("command", "/deploy", "/deploy"),
        ("agent,command", "tester,/deploy", None),
        ("repo,command", "shop,", None),
    ],
)
def test_a_workflow_is_what_is_named_first(
    tmp_path: Path, columns: str, cells: str, workflow: str | None
) -> None:
    (fact,) = facts(tmp_path, f"{HEADER},{columns}\n{ROW},{cells}\n")
    assert fact.workflow_id == workflow


def test_an_api_key_in_place_of_its_id_is_refused_and_not_repeated(tmp_path: Path) -> None:
    reading = read(tmp_path, f"{HEADER},api_key_id\n{ROW},sk-live-1234\n")
    assert [one.reason for one in reading.refused] == [
        "api_key_id holds a key; give its name or id"
    ]
    assert list(reading.observations) == []


def test_what_is_not_stated_is_unknown_and_not_zero(tmp_path: Path) -> None:
    (fact,) = facts(tmp_path, f"{HEADER}\n{ROW}\n")
    assert fact.tokens == TokenCounts(100, None, None, None, None, 20)
    assert (fact.requests, fact.is_bucket, fact.cost_reported_nusd) == (None, False, None)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(f"\ufeff{HEADER}\r\n{ROW}\r\n", id="byte order mark and CRLF"),
        pytest.param(f"{HEADER}\n{ROW}\n".replace(",", ";"), id="semicolons"),
        pytest.param("sep=;\n" + f"{HEADER}\n{ROW}\n".replace(",", ";"), id="a sep line"),
        pytest.param(f"{HEADER}\n{ROW}".replace(",", "\t"), id="tabs, no last newline"),
        pytest.param(f"{HEADER.upper()}\n{ROW},,\n\n,,,,\n", id="capitals, empty cells and rows"),
        pytest.param(
            '"timestamp","person","model","input_tokens","output_tokens"\n'
            '"2026-03-02T08:00:00Z","ana@example.com","gpt-5.2","100","20"\n',
            id="quotes",
        ),
    ],
)
def test_spreadsheets_have_their_ways(tmp_path: Path, content: str) -> None:
    assert facts(tmp_path, content) == facts(tmp_path, f"{HEADER}\n{ROW}\n")


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (
            "timestamp,modle,input_tokens,output_tokens",
            "unknown column “modle”; did you mean “model”?",
        ),
        ("timestamp,model,input_tokens", "the header lacks output_tokens"),
        ("timestamp,model,model,input_tokens,output_tokens", "column “model” is there twice"),
        ("", "the header lacks timestamp, model, input_tokens, output_tokens"),
    ],
)
def test_a_header_that_is_not_understood_refuses_the_file(
    tmp_path: Path, header: str, reason: str
) -> None:
    reading = read(tmp_path, f"{header}\n{ROW}\n")
    assert list(reading.refused) == [Refusal("usage.csv", 1, reason)]
    assert list(reading.observations) == []


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("2026-03-02T08:00:00Z,ana@example.com,,1,2", "model is empty"),
        (",ana@example.com,m,1,2", "timestamp is empty"),
        ("yesterday,ana@example.com,m,1,2", "timestamp is not like 2026-03-02T08:00:00Z"),
        (
            "2026-03-02T08:00:00,ana@example.com,m,1,2",
            "timestamp has no time zone; write 2026-03-02T08:00:00Z",
        ),
        ("1999-03-02,ana@example.com,m,1,2", "timestamp is in no sensible year"),
        ("2031-03-02,ana@example.com,m,1,2", "timestamp is in no sensible year"),
        ("2026-03-02,ana,m,1,2", "person is not an e-mail address"),
        ("2026-03-02,ana@example.com,m,-1,2", "input_tokens is not a sensible whole number"),
        ("2026-03-02,ana@example.com,m,1.5,2", "input_tokens is not a sensible whole number"),
        (
            "2026-03-02,ana@example.com,m,1,99999999999999999999",
            "output_tokens is not a sensible whole number",
        ),
        ("2026-03-02,ana@example.com,m,1,", "input_tokens or output_tokens is empty"),
        ("2026-03-02,ana@example.com,m,1,2,3", "has more than 5 columns"),
        (f"2026-03-02,ana@example.com,{'m' * 401},1,2", "model is longer than 400 characters"),
    ],
)
def test_a_bad_row_is_refused_by_its_line(tmp_path: Path, row: str, reason: str) -> None:
    reading = read(tmp_path, f"{HEADER}\n{ROW}\n{row}\n{ROW.replace('100', '101')}\n")
    assert list(reading.refused) == [Refusal("usage.csv", 3, reason)]
    assert (reading.lines, len(list(reading.observations))) == (3, 2)


def test_bytes_that_are_no_text_are_refused_by_their_line(tmp_path: Path) -> None:
    content = f"{HEADER}\n{ROW}\n".encode() + b"\xff\xfe,\n" + ROW.replace("100", "7").encode()
    reading = read(tmp_path, content)
    assert [(one.line, one.reason[:9]) for one in reading.refused] == [(3, "not UTF-8")]
    assert len(list(reading.observations)) == 2


@pytest.mark.parametrize("amount", ["1.25", "1,25"])
def test_a_cost_may_have_a_comma(tmp_path: Path, amount: str) -> None:
    content = f"{HEADER};cost_usd\n{ROW}".replace(",", ";") + f";{amount}\n"
    assert facts(tmp_path, content)[0].cost_reported_nusd == 1_250_000_000


def test_equal_rows_are_two_facts_and_keep_their_keys_in_a_longer_file(tmp_path: Path) -> None:
    short = facts(tmp_path, f"{HEADER}\n{ROW}\n{ROW}\n")
    longer = facts(tmp_path, f"{HEADER}\n{ROW.replace('100', '7')}\n{ROW}\n{ROW}\n")
    assert len({one.usage_key for one in short}) == 2
    assert {one.usage_key for one in short} < {one.usage_key for one in longer}


def test_of_rows_with_one_key_the_higher_revision_stays(tmp_path: Path) -> None:
    rows = "\n".join(
        f"2026-03-02T08:00:00Z,gpt-5.2,{tokens},1,k1,{revision}"
        for tokens, revision in ((5, 1), (9, 2), (7, 1))
    )
    reading = read(tmp_path, f"timestamp,model,input_tokens,output_tokens,key,revision\n{rows}\n")
    assert [one.tokens.input_uncached for one in reading.observations] == [9]
    assert reading.duplicates == 2
