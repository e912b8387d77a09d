"""`mileage rules plan`: what the next pass would find and tell, at this moment."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.problems import explained
from bot.cli.rule_sets import rule_named, rules_at
from bot.cli.rules import JsonOption

if TYPE_CHECKING:
    from bot.flows.rule_plan import PlannedFinding, PlannedRule


def plan_rules(
    name: Annotated[
        str | None, typer.Argument(metavar="RULE", help="One rule by its id; all in use otherwise.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show what a pass would find now, whom it would tell what, and why it would not.

    The code is that of the pass itself; nothing is posted or kept. It shows what people used, so
    the audit trail says that it was looked at.
    """
    with explained():
        planned = _planned(name)
    if as_json:
        typer.echo(json.dumps([_json_of(one) for one in planned], indent=2, ensure_ascii=False))
        return
    for one in planned:
        for line in lines_of(one):
            typer.echo(line)


def _planned(name: str | None) -> "tuple[PlannedRule, ...]":
    from bot.clock import Clock
    from bot.flows.rule_plan import plan
    from bot.settings import load_settings
    from bot.wiring import gathering_of
    from storage.database import Database

    settings = load_settings()
    rules = rules_at(None)
    chosen = [rule_named(rules, name).rule.id] if name is not None else list(rules.judges)
    database = Database.open(settings.database_url.get_secret_value())
    try:
        database.require_current()
        now = Clock.starting_at(settings.clock_start).now()
        gathering, holdout = gathering_of(settings), settings.coaching_holdout
        return plan(database, now, rules.judges, chosen, gathering, holdout)
    finally:
        database.dispose()


def lines_of(planned: "PlannedRule") -> Iterator[str]:
    """A rule's plan in plain words."""
    yield f"{planned.rule.id} ({planned.stage.stage}): {planned.counts}"
    if planned.held:
        yield f"  It would be held. {planned.held}"
    if planned.error:
        yield f"  It fails for some: {planned.error}"
    for one in planned.findings:
        yield from _lines_of(one)


def _lines_of(one: "PlannedFinding") -> Iterator[str]:
    after = one.step.after
    yield f"  {after.subject.key}: {after.state}. {one.step.reason.sentence}"
    if one.says:
        yield f"    “{one.says}”"
    if one.why:
        yield f"    {'Told' if one.is_told else 'Not told'}: {one.why}"


def _json_of(planned: "PlannedRule") -> dict[str, Any]:
    return {
        "rule": planned.rule.id,
        "stage": planned.stage.stage,
        "stage_reason": planned.stage.reason,
        "counts": str(planned.counts),
        "held": planned.held,
        "error": planned.error,
        "findings": [
            {
                "subject": one.step.after.subject.key,
                "state": one.step.after.state,
                "reason": one.step.reason.sentence,
                "says": one.says,
                "told": one.is_told,
                "why": one.why,
            }
            for one in planned.findings
        ],
    }
