"""`mileage rules backtest`: what rules would have found and said on the history that there is."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.problems import Unusable, explained
from bot.cli.rule_sets import rule_named, rules_at
from bot.cli.rules import JsonOption

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.flows.rule_backtests import Backtest, OnDay, Params, Question
    from bot.settings import Settings
    from policies.rules.facts import FactValue
    from policies.rules.model import Param
    from policies.rules.ruleset import RuleSet
    from policies.rules.summary import BacktestSummary

LONGEST = 366


def backtest_rules(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="RULE…", help="The rules by their ids; all in use otherwise."),
    ] = None,
    days: Annotated[
        int, typer.Option(min=1, max=LONGEST, help="How many full days to replay, the last ones.")
    ] = 60,
    save: Annotated[
        bool,
        typer.Option(help="Keep the result: a rule leaves shadow only with one of its text."),
    ] = True,
    params: Annotated[
        list[str] | None,
        typer.Option(
            "--param",
            metavar="NAME=VALUE",
            help="Another threshold for everybody, compared with what holds; for one rule only.",
        ),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file", metavar="PATH", help="New texts of rules, compared with those in use."
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Replay rules day by day on the facts as each day's end knew them: counts, and no names.

    The state machine and the attention budget are those that run in earnest. Nothing is told to
    anybody. Breaking it off with Ctrl-C keeps nothing.
    """
    from bot.settings import load_settings

    with explained():
        settings = load_settings()
        question = _question(names or [], days, params or [], file)
        found = _replayed(settings, question, save=save)
        shown = [_shown(one, settings) for one in found]
    if as_json:
        typer.echo(json.dumps([_json_of(one) for one in shown], indent=2, ensure_ascii=False))
        return
    for one in shown:
        for line in lines_of(one.summary):
            typer.echo(line)
    typer.echo("Kept." if save else "Not kept.")


def _question(names: list[str], days: int, params: list[str], file: Path | None) -> "Question":
    from bot.flows.rule_backtests import Question

    rules = rules_at(file)
    if file is not None and rules.problems:
        raise Unusable(f"{file} is refused. Run “mileage rules check {file}”.")
    chosen = tuple(dict.fromkeys(rule_named(rules, name).rule.id for name in names))
    chosen = chosen or tuple(rules.judges)
    if not chosen:
        raise Unusable("There is no rule. Run “mileage rules check”.")
    changed = {chosen[0]: _params_of(rules, chosen, params)} if params else {}
    return Question(rules, chosen, days, changed, rules_at(None) if file is not None else None)


def _params_of(rules: "RuleSet", chosen: "Sequence[str]", given: list[str]) -> "Params":
    if len(chosen) != 1:
        raise Unusable("--param is for one rule: name it.")
    declared = rules.judges[chosen[0]].rule.params
    found = {}
    for one in given:
        name, equals, text = one.partition("=")
        if not equals or name not in declared:
            there_are = ", ".join(declared) or "none"
            raise Unusable(f"{chosen[0]} has no parameter “{name}”. There are: {there_are}.")
        found[name] = _value_of(text.strip(), declared[name])
    return found


def _value_of(text: str, param: "Param") -> "FactValue":
    """A value as it is typed in chat, within its bounds."""
    from bot.intents.rule_forms import read_value

    try:
        return read_value(text, param)
    except ValueError as problem:
        raise Unusable(f"{param.name}: {problem}") from None


def _replayed(settings: "Settings", question: "Question", *, save: bool) -> "tuple[Backtest, ...]":
    from bot.clock import Clock
    from bot.flows import rule_backtests
    from bot.flows.rule_terms import terms_of
    from bot.wiring import gathering_of
    from storage.database import Database

    now = Clock.starting_at(settings.clock_start).now()
    database = Database.open(settings.database_url.get_secret_value())
    try:
        database.require_current()
        with database.reading() as session:
            terms = terms_of(session, question.rules.judges.values(), now)
        with _progress(question.days) as on_day:
            gathering = gathering_of(settings)
            found = rule_backtests.backtest(database, now, question, gathering, terms, on_day)
        if save:
            rule_backtests.save(database, now, found)
    except KeyboardInterrupt:
        raise Unusable("Broken off. Nothing was kept.") from None
    finally:
        database.dispose()
    return found


def _shown(one: "Backtest", settings: "Settings") -> "Backtest":
    """Money only where it is of enough people: one person's is theirs alone."""
    from dataclasses import replace

    from policies.privacy import GroupRule

    rule = GroupRule(settings.minimum_group)
    if one.summary.published(rule, is_personal=one.summary.people > 0).withheld is None:
        return one
    return replace(one, summary=replace(one.summary, impact_usd=None))


def lines_of(summary: "BacktestSummary") -> Iterator[str]:
    """A backtest in plain words, a count a line; what is nil and unremarkable is left out."""
    yield (
        f"{summary.rule_id} v{summary.version}, {summary.days} days from {summary.first} "
        f"to {summary.last}"
    )
    weeks = " ".join(str(count) for count in summary.opened_by_week.values())
    yield f"  findings opened      {summary.opened:,}, {summary.opened_a_week:.1f} a week ({weeks})"
    yield f"  people concerned     {summary.people:,}"
    yield f"  tips told            {summary.told:,}, {summary.told_a_week:.1f} a week"
    if summary.impact_usd is not None:
        yield f"  money at stake       ${summary.impact_usd:,.2f} at list price"
    for count, what in _remarkable(summary):
        if count:
            yield f"  {what:<20} {count:,}"
    if (change := summary.difference) is not None:
        yield (
            f"  beside what runs     {change.only_new:,} found by this alone, "
            f"{change.only_running:,} by what runs alone, {change.both:,} by both"
        )


def _remarkable(summary: "BacktestSummary") -> "tuple[tuple[int, str], ...]":
    return (
        (summary.flapping, "back within 7 days"),
        (summary.exempted, "exempted"),
        (summary.errors, "failed evaluations"),
        (summary.thin_days, "days of little data"),
        (summary.held_days, "days over its limit"),
    )


def _json_of(one: "Backtest") -> dict[str, Any]:
    return {"digest": one.digest, **one.summary.as_json()}


@contextmanager
def _progress(days: int) -> "Iterator[OnDay]":
    """A bar by days on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        from bot.flows.rule_backtests import nobody_listens

        yield nobody_listens
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as Remaining

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Remaining())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("days", total=days, completed=-1)
        yield lambda day: bar.update(task, advance=1, description=f"{day:%a %d %b}")
