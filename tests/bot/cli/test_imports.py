"""`mileage import` as a program: exit codes, the report in words and as JSON, and the guide's examples."""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.cli.imports import import_app
from connectors.sources import SOURCES
from tests.connectors.claude_code_files import line, text, write

ROOT = Path(__file__).parents[3]
GUIDE = (ROOT / "docs" / "sources.md").read_text("utf-8")
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ANA = ("--person", "ana@example.com")


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def report(self) -> dict[str, Any]:
        report = json.loads(self.out)
        assert isinstance(report, dict)
        return report


@pytest.fixture(autouse=True)
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "mileage.db"
    monkeypatch.setenv("MILEAGE_DATABASE_URL", f"sqlite:///{path}")
    monkeypatch.chdir(tmp_path)
    return path


def mileage_import(*arguments: str | Path) -> Done:
    result = CliRunner().invoke(import_app, [str(one) for one in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Done(result.exit_code, result.stdout, result.stderr)


def guide(language: str) -> list[str]:
    return [content for found, content in FENCE.findall(GUIDE) if found == language]


def test_the_guide_s_csv_gives_the_guide_s_json(tmp_path: Path) -> None:
    (tmp_path / "usage.csv").write_text(guide("csv")[0])
    done = mileage_import("csv", "usage.csv", "--json")
    assert (done.code, done.report) == (0, json.loads(guide("json")[0]))
    assert list(done.report) == list(json.loads(guide("json")[0]))
    assert mileage_import("csv", "usage.csv", "--json").report["records"] == 0


def test_the_guide_s_map_tells_people_apart(tmp_path: Path) -> None:
    (tmp_path / "people.yaml").write_text(guide("yaml")[0])
    root = write(
        tmp_path,
        {
            "ana-laptop/p/s1.jsonl": text(line(1)),
            "home-ben-src/s2.jsonl": text(line(2, message="msg_2")),
            "unknown/s3.jsonl": text(line(4, message="msg_3")),
        },
    )
    done = mileage_import("claude-code", root, "--map", "people.yaml", "--json")
    assert done.code == 1
    assert done.report["tokens"]["input_uncached"] == 3
    assert [one["file"] for one in done.report["refused"]] == ["unknown"]


def test_the_guide_names_every_column() -> None:
    from connectors.csv_usage import COLUMNS

    table = GUIDE.partition("| column |")[2].partition("\n\n")[0]
    assert set(re.findall(r"`([a-z_0-9]+)`", table)) == set(COLUMNS)


def test_the_report_in_words(tmp_path: Path) -> None:
    root = write(tmp_path, {"p/s1.jsonl": text(line(7), line(5, message="m", model="owl"), "no")})
    done = mileage_import("claude-code", root, *ANA)
    assert done.code == 1
    assert done.out == (
        "2 records stored or changed; 3 lines read in 1 file.\n"
        "12 tokens: 12 input, 0 cache read, 0 cache write, 0 output.\n"
        "$0.00 at list price (genai-prices 0.2.3).\n"
        "No price is known for owl: its 5 tokens are counted, their cost is not.\n"
        "No prompt, answer or tool output was stored.\n"
        "1 line refused:\n"
        "  p/s1.jsonl:3: not JSON\n"
    )


def test_refusals_are_listed_by_place_and_exit_with_one(tmp_path: Path) -> None:
    root = write(tmp_path, {"p/s1.jsonl": text(line(7), '{"type":"user","sess', line(-1))})
    done = mileage_import("claude-code", root, *ANA, "--json")
    assert done.code == 1
    assert done.report["refused"] == [
        {"file": "p/s1.jsonl", "line": 2, "reason": "JSON that breaks off"},
        {
            "file": "p/s1.jsonl",
            "line": 3,
            "reason": "message.usage.input_tokens is not a sensible number of tokens",
        },
    ]
    assert (done.report["records"], done.report["lines"], done.report["files"]) == (1, 3, 1)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("claude-code", "."), "Say whose usage it is: --person EMAIL"),
        (("claude-code", ".", *ANA, "--map", "x"), "Say whose usage it is: --person EMAIL"),
        (("claude-code", ".", "--person", "ana"), "“ana” is no e-mail address."),
        (("claude-code", "nowhere", *ANA), "There is no file or folder nowhere."),
        (("claude-code", ".", *ANA), "There is no *.jsonl file under ."),
        (("claude-code", ".", "--map", "nowhere"), "nowhere cannot be read: No such file"),
        (("claude-code", ".", "--map", "list.yaml"), "list.yaml holds no map."),
        (("claude-code", ".", "--map", "bad.yaml"), "bad.yaml is no YAML."),
        (("csv", "nowhere.csv"), "There is no file or folder nowhere.csv."),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_exit_code_two(
    tmp_path: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    (tmp_path / "list.yaml").write_text("- ana\n")
    (tmp_path / "bad.yaml").write_text("a: [b\n")
    done = mileage_import(*arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(sentence)
    assert done.err.count("\n") == 1


def test_a_database_that_cannot_be_used_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write(tmp_path, {"p/s1.jsonl": text(line(1))})
    monkeypatch.setenv("MILEAGE_DATABASE_URL", f"sqlite:///{tmp_path}/no/such/folder.db")
    done = mileage_import("claude-code", root, *ANA)
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "cannot be used" in done.err


def test_every_source_has_its_command() -> None:
    names = [command.name for command in import_app.registered_commands]
    assert names == list(SOURCES)


def test_as_a_process_it_shows_no_bar_and_loads_little_to_refuse(
    tmp_path: Path, database: Path
) -> None:
    code = "import sys; from bot.cli.imports import import_app as a\ntry: a()\nfinally: sys.stderr.write(str('sqlalchemy' in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code, "claude-code", str(tmp_path / "nowhere"), *ANA],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.endswith("False")
    assert not database.exists()


def test_two_processes_read_what_one_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from connectors import claude_code
    from tests.connectors.claude_code_files import read
    from tests.generators.claude_code import ClaudeCodeLogs

    ClaudeCodeLogs(9).write(tmp_path, 2_000)
    path = tmp_path / "projects" / "bad.jsonl"
    path.write_text("no\n")
    alone = read(tmp_path / "projects")
    monkeypatch.setattr(claude_code, "WORTH_A_PROCESS", 0)
    monkeypatch.setattr(claude_code, "BYTES_A_TASK", 100_000)
    assert read(tmp_path / "projects") == alone
