"""`mileage rules`: whether rule files are sound, which rules there are, and what they may ask about."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.problems import FINDINGS, Unusable, explained

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.rule_files import RuleFile
    from policies.rules.facts import Fact
    from policies.rules.model import Rule, RuleProblem

rules_app = typer.Typer(
    name="rules",
    help="Check, list and try the rules of the policy engine.",
    no_args_is_help=True,
)

JsonOption = Annotated[bool, typer.Option("--json", help="Write the result as JSON.")]


@rules_app.command("check")
def check(
    path: Annotated[
        Path | None,
        typer.Argument(
            metavar="PATH",
            help="A rule file, or a folder without those in it; all that are used otherwise.",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Check rule files before they run. Exit code 1 when any is refused."""
    with explained():
        checked, beside = files_to_check(path)
        problems = (*problems_of(checked, beside), *_problems_beside_rules(path))
        for name in _passed_over(path):
            typer.echo(f"{name} is not looked into: rules lie right in their folder.", err=True)
    if as_json:
        _write_json([_problem_json(one) for one in problems])
    else:
        for one in problems:
            typer.echo(str(one))
        if not problems:
            typer.echo("1 file is sound." if len(checked) == 1 else "All files are sound.")
    if problems:
        raise typer.Exit(FINDINGS)


@rules_app.command("list")
def list_(as_json: JsonOption = False) -> None:
    """List the rules: id, subject, stage in the file, number of tests, title."""
    with explained():
        from policies.rules.ruleset import RuleSet

        files, _ = files_to_check(None)
        found = RuleSet.of((one.name, one.read()) for one in files)
    rules = found.rules
    if found.problems:
        typer.echo("Some files have problems: run “mileage rules check”.", err=True)
    if as_json:
        _write_json([_rule_json(one) for one in rules])
        return
    _write_table([_rule_row(one) for one in rules])


@rules_app.command("facts")
def facts(
    subject: Annotated[
        str | None,
        typer.Argument(
            metavar="SUBJECT", help="One kind of subject, such as outcome; all otherwise."
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List what a rule may ask about: name, type, unit, value without data, meaning."""
    from policies.rules.catalogue import CATALOGUE
    from policies.rules.facts import SubjectKind

    with explained():
        if subject is not None and subject not in list(SubjectKind):
            raise Unusable(f"There is no subject “{subject}”. There are: {', '.join(SubjectKind)}.")
    chosen = [SubjectKind(subject)] if subject is not None else list(SubjectKind)
    if as_json:
        _write_json({kind: [asdict(one) for one in CATALOGUE[kind].values()] for kind in chosen})
        return
    for kind in chosen:
        typer.echo(f"{kind}:")
        _write_table([_fact_row(one) for one in CATALOGUE[kind].values()], indent="  ")


@rules_app.command("schema")
def schema() -> None:
    """Write the JSON Schema of rule files, with which editors complete them."""
    from policies.rules.schema import rule_json_schema

    _write_json(rule_json_schema())


def files_to_check(path: Path | None) -> "tuple[list[RuleFile], list[RuleFile]]":
    """The files at a path, and those that run beside them; without a path all, and none beside.

    Unusable where there is nothing at the path, or a folder cannot be read.
    """
    used = _files_in_use()
    if path is None:
        return used, []
    checked = _files_at(path)
    places = {one.path.resolve() for one in checked}
    return checked, [one for one in used if one.path.resolve() not in places]


def problems_of(
    checked: "Iterable[RuleFile]", beside: "Iterable[RuleFile]"
) -> "tuple[RuleProblem, ...]":
    """What is wrong with some files, ids that those beside them have included."""
    from policies.rules.ruleset import RuleSet

    named = {one.name for one in checked}
    together = [*beside, *checked]
    found = RuleSet.of((one.name, one.read()) for one in together).problems
    return tuple(one for one in found if one.place.file in named)


def _passed_over(path: Path | None) -> list[str]:
    """The folders with rules in the one that is checked, which are not read."""
    from bot.rule_files import passed_over
    from bot.settings import load_settings

    folder = load_settings().policies_dir if path is None else path
    if folder is None or not folder.is_dir():
        return []
    return [str(folder / name) for name in passed_over(folder)]


def _problems_beside_rules(path: Path | None) -> "tuple[RuleProblem, ...]":
    """What is wrong with the files of model classes and practice cards that stand there, if any do."""
    from bot.model_classes import load_model_classes
    from bot.practices import load_practices
    from bot.rule_files import NO_RULES
    from bot.settings import load_settings

    if path is None:
        folder = load_settings().policies_dir
    else:
        folder = path.parent if path.name in NO_RULES else path
    return load_model_classes(folder).problems + load_practices(folder).problems


def _files_in_use() -> "list[RuleFile]":
    from bot.rule_files import NoFolder, files_in_use
    from bot.settings import load_settings

    own = load_settings().policies_dir
    try:
        return list(files_in_use(own))
    except NoFolder as problem:
        raise Unusable(f"MILEAGE_POLICIES_DIR, {own}: {problem}") from None


def _files_at(path: Path) -> "list[RuleFile]":
    from bot.rule_files import NO_RULES, NoFolder, RuleFile, files_in

    if not path.is_dir():
        if not path.exists():
            raise Unusable(f"There is nothing at {path}.")
        return [] if path.name in NO_RULES else [RuleFile(str(path), path)]
    try:
        files = files_in(path, str(path))
    except NoFolder as problem:
        raise Unusable(f"{path}: {problem}") from None
    if not files:
        raise Unusable(f"{path} holds no rule file. Their names end in .yaml.")
    return list(files)


def _problem_json(problem: "RuleProblem") -> dict[str, Any]:
    place = problem.place
    return {
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "rule": problem.rule_id,
        "says": problem.sentence,
    }


def _rule_json(rule: "Rule") -> dict[str, Any]:
    return {
        "id": rule.id,
        "version": rule.version,
        "title": rule.title,
        "subject": rule.subject,
        "stage": rule.stage,
        "severity": rule.severity,
        "owner": rule.owner,
        "tests": len(rule.tests),
        "place": str(rule.place),
        "digest": rule.digest,
    }


def _rule_row(rule: "Rule") -> tuple[str, ...]:
    return (rule.id, rule.subject, rule.stage, f"{len(rule.tests)} tests", rule.title)


def _fact_row(fact: "Fact") -> tuple[str, ...]:
    return (fact.name, fact.type, fact.unit or "-", _value(fact), fact.meaning)


def _value(fact: "Fact") -> str:
    return json.dumps(fact.without_data)


def _write_table(rows: "list[tuple[str, ...]]", indent: str = "") -> None:
    """Columns as wide as their widest cell; the last is as long as it is."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)][:-1]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        typer.echo(indent + "  ".join([*cells, row[-1]]))


def _write_json(value: object) -> None:
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))
