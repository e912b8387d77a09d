"""`mileage rules test`: a line a test, and an exit code that a build can rely on."""

import json
from pathlib import Path

import pytest

from tests.bot.cli.test_conventions import run

RULE = """
apiVersion: mileage/v1
rules:
  - id: costly-outcome
    version: 1
    title: A costly outcome
    owner: lead@example.com
    subject: outcome
    when: usage.cost_usd >= 5.0
    say: {coach: "It cost {usage.cost_usd}."}
    tests:
      - name: five dollars are enough
        every: 1d
        series:
          a: {usage.cost_usd: [1.0, 5.0]}
        expect:
          - {after: 1d, subject: a, becomes: open, says: "$5.00"}
"""
UNTESTED = RULE[: RULE.index("    tests:")]


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def written(text: str, name: str = "rules.yaml") -> str:
    Path(name).write_text(text)
    return name


def test_the_whole_library_passes_its_tests() -> None:
    code, said, complained = run("rules", "test")
    assert (code, complained) == (0, "")
    assert "FAIL" not in said
    assert "ok    model-task-mismatch: " in said
    assert said.splitlines()[-1].endswith("all passed.")


def test_one_rule_of_the_library_is_tested_alone() -> None:
    code, said, _ = run("rules", "test", "model-task-mismatch")
    assert code == 0
    assert {line.split()[1] for line in said.splitlines()[:-1]} == {"model-task-mismatch:"}


@pytest.mark.parametrize("inhibitor", ["runaway-burn", "model-task-mismatch"])
def test_a_file_may_name_the_rules_that_run_beside_it(inhibitor: str) -> None:
    named = RULE.replace("    when:", f"    inhibited_by: [{inhibitor}]\n    when:")
    code, said, complained = run("rules", "test", written(named))
    assert (code, complained) == (0, "")
    assert said.splitlines()[-1] == "1 test of 1 rule: all passed."


def test_a_draft_of_a_rule_that_runs_is_tested_in_its_place() -> None:
    draft = RULE.replace("id: costly-outcome", "id: runaway-burn")
    code, said, complained = run("rules", "test", written(draft))
    assert (code, complained) == (0, "")
    assert said.splitlines()[-1] == "1 test of 1 rule: all passed."


def test_a_file_that_passes_says_so() -> None:
    code, said, _ = run("rules", "test", written(RULE))
    assert code == 0
    assert said == (
        "ok    costly-outcome: five dollars are enough\n1 test of 1 rule: all passed.\n"
    )


def test_a_failure_says_where_and_why_and_is_exit_code_1() -> None:
    code, said, _ = run("rules", "test", written(RULE.replace("[1.0, 5.0]", "[1.0, 4.0]")))
    assert code == 1
    assert said.splitlines() == [
        "FAIL  costly-outcome: five dollars are enough",
        "      rules.yaml:12:9",
        "      after 1d, a: expected open, found nothing; when is false because usage.cost_usd is 4.0",
        "1 test of 1 rule: 1 failed.",
    ]


def test_results_are_written_as_json() -> None:
    code, said, _ = run("rules", "test", written(RULE), "--json")
    assert code == 0
    assert json.loads(said) == [
        {
            "rule": "costly-outcome",
            "test": "five dollars are enough",
            "place": "rules.yaml:12:9",
            "passes": True,
            "failures": [],
        }
    ]


def test_a_rule_without_tests_is_named() -> None:
    code, said, _ = run("rules", "test", written(UNTESTED))
    assert code == 0
    assert said.splitlines()[0] == "none  costly-outcome has no tests, so it stays in shadow."


def test_a_refused_file_is_exit_code_1() -> None:
    code, _, complained = run("rules", "test", written(RULE.replace("cost_usd >=", "cots_usd >=")))
    assert code == 1
    assert complained.startswith("rules.yaml:9:16: ")


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("model-task-mismach", "There is no rule “model-task-mismach”. Did you mean"),
        ("nowhere/rules.yaml", "There is nothing at nowhere/rules.yaml."),
    ],
)
def test_what_is_not_there_is_exit_code_2(what: str, sentence: str) -> None:
    code, _, complained = run("rules", "test", what)
    assert code == 2
    assert sentence in complained


def test_a_rule_of_a_refused_file_is_told_apart_from_one_that_is_not_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path("own").mkdir()
    written(RULE.replace("cost_usd >=", "cots_usd >="), "own/rules.yaml")
    monkeypatch.setenv("MILEAGE_POLICIES_DIR", "own")
    code, _, complained = run("rules", "test", "costly-outcome")
    assert code == 2
    assert "The file of costly-outcome is refused." in complained
