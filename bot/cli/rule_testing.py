"""`mileage rules test`: the rules' own tests, a line each."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.problems import FINDINGS, explained
from bot.cli.rule_sets import is_path, rule_named, rules_at
from bot.cli.rules import JsonOption

if TYPE_CHECKING:
    from policies.rules.ruleset import RuleSet
    from policies.rules.testing import RuleTestResult


def run_rule_tests(
    what: Annotated[
        str | None,
        typer.Argument(
            metavar="PATH|RULE",
            help="A rule file, a folder, or one rule by its id; all rules in use otherwise.",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Run the rules' own tests. No database is needed.

    Each test has a clock, series of facts, and the changes that must follow. A change that is missing,
    unlisted or otherwise than expected fails it. Exit code 1 when a test fails or a file is refused.
    """
    with explained():
        path = Path(what) if what is not None and is_path(what) else None
        rules = rules_at(path)
        judges = list(rules.judges.values())
        if what is not None and path is None:
            judges = [rule_named(rules, what)]
        from messages.said import first_words
        from policies.rules.testing import run_tests

        results = [one for judge in judges for one in run_tests(judge, first_words)]
    if as_json:
        typer.echo(json.dumps([_json_of(one) for one in results], indent=2, ensure_ascii=False))
    else:
        for one in results:
            _write(one)
        untested = [judge.rule.id for judge in judges if not judge.rule.tests]
        for rule_id in untested:
            typer.echo(f"none  {rule_id} has no tests, so it stays in shadow.")
        typer.echo(_in_all(results, len(judges)))
    is_refused = (what is None or path is not None) and _tell_refused(rules)
    if is_refused or not all(one.passes for one in results):
        raise typer.Exit(FINDINGS)


def _write(result: "RuleTestResult") -> None:
    typer.echo(f"{'ok  ' if result.passes else 'FAIL'}  {result.rule_id}: {result.test.name}")
    if not result.passes:
        typer.echo(f"      {result.test.place}")
    for failure in result.failures:
        typer.echo(f"      {failure}")


def _in_all(results: "list[RuleTestResult]", rules: int) -> str:
    failed = sum(not one.passes for one in results)
    tests = "1 test" if len(results) == 1 else f"{len(results):,} tests"
    of = "1 rule" if rules == 1 else f"{rules:,} rules"
    return f"{tests} of {of}: {f'{failed:,} failed' if failed else 'all passed'}."


def _tell_refused(rules: "RuleSet") -> bool:
    """Whether a file is refused, or names a rule that is not there."""
    for problem in rules.problems:
        typer.echo(str(problem), err=True)
    return bool(rules.problems)


def _json_of(result: "RuleTestResult") -> dict[str, Any]:
    return {
        "rule": result.rule_id,
        "test": result.test.name,
        "place": str(result.test.place),
        "passes": result.passes,
        "failures": list(result.failures),
    }
