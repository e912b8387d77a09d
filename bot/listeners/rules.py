"""Rules in chat: the list, one rule, and the buttons that open its forms. Who may is for the flows."""

from slack_bolt.async_app import AsyncApp

from bot.flows import rule_exceptions, rule_stages, rule_thresholds
from bot.flows.refusals import Refusal
from bot.listeners.buttons import Press, press_listener
from bot.listeners.edge import Asked, Edge
from bot.listeners.policies import list_rules, show_rules
from messages import ids
from messages.pages.base import MessagePage
from messages.pages.help import Refused
from policies.rules.exceptions import parse_exception_label

LONGEST_ID = 200


async def turn_page(edge: Edge, value: str, asked: Asked) -> MessagePage:
    """Another page of the list."""
    page = int(value) if value.isascii() and value.isdigit() and len(value) < 4 else 1
    return await list_rules(edge, asked, page)


async def open_rule(edge: Edge, value: str, asked: Asked) -> MessagePage:
    """One rule."""
    return await show_rules(edge, rule_id_of(value), asked)


async def open_promotion(edge: Edge, value: str, asked: Asked) -> MessagePage | None:
    """Ask to confirm the next stage."""
    await _open_stage_form(edge, value, asked, is_up=True)
    return None


async def open_demotion(edge: Edge, value: str, asked: Asked) -> MessagePage | None:
    """Ask to confirm a lower stage."""
    await _open_stage_form(edge, value, asked, is_up=False)
    return None


async def release(edge: Edge, value: str, asked: Asked) -> MessagePage:
    """Let a rule be judged again that its limit holds."""
    current, rule_id = edge.rulebook.current, rule_id_of(value)
    await edge.run(rule_stages.release, asked.now, asked.speaker, current, rule_id)
    return await show_rules(edge, rule_id, asked)


async def run_backtest(edge: Edge, value: str, asked: Asked) -> MessagePage:
    """Play the last weeks again, which takes a while, and show the rule with what it came to."""
    current, rule_id = edge.rulebook.current, rule_id_of(value)
    await edge.run(rule_stages.require_backtest, asked.now, asked.speaker, current, rule_id)
    await edge.replies.send(
        asked.request.address,
        Refused(
            f"The last weeks are played again for {rule_id}.", "The rule follows when it is done."
        ),
    )
    await edge.run(
        rule_stages.run_backtest, asked.now, asked.speaker, current, rule_id, edge.gathering()
    )
    return await show_rules(edge, rule_id, asked)


async def open_team_thresholds(edge: Edge, value: str, asked: Asked) -> MessagePage | None:
    """The form for the thresholds of the presser's team."""
    await _open_thresholds(edge, value, asked, is_for_team=True)
    return None


async def open_thresholds_of_all(edge: Edge, value: str, asked: Asked) -> MessagePage | None:
    """The same form for everybody."""
    await _open_thresholds(edge, value, asked, is_for_team=False)
    return None


async def open_exception(edge: Edge, value: str, asked: Asked) -> MessagePage | None:
    """The form that makes an exception."""
    form = await edge.run(
        rule_exceptions.exception_form,
        asked.now,
        asked.speaker,
        edge.rulebook.current,
        rule_id_of(value),
        asked.request.channel_id,
    )
    await edge.replies.open_form(asked.request.trigger_id, form)
    return None


async def end_exception(edge: Edge, value: str, asked: Asked) -> MessagePage:
    """End an exception before its day."""
    exception_id = parse_exception_label(value)
    if exception_id is None:
        raise Refusal("This button no longer works.", "Look at the rule anew.")
    return await edge.run(
        rule_exceptions.end, asked.now, asked.speaker, edge.rulebook.current, exception_id
    )


PRESSES: dict[str, Press] = {
    ids.LIST_RULES: turn_page,
    ids.LIST_MORE_RULES: turn_page,
    ids.OPEN_RULE: open_rule,
    ids.PROMOTE_RULE: open_promotion,
    ids.DEMOTE_RULE: open_demotion,
    ids.RELEASE_RULE: release,
    ids.RUN_BACKTEST: run_backtest,
    ids.ADJUST_RULE: open_team_thresholds,
    ids.ADJUST_FOR_ALL: open_thresholds_of_all,
    ids.EXCEPT_RULE: open_exception,
    ids.END_EXCEPTION: end_exception,
}


def register(app: AsyncApp, edge: Edge) -> None:
    """Listen to every button about rules."""
    for action_id, press in PRESSES.items():
        app.action(action_id)(press_listener(edge, press))


def rule_id_of(value: str) -> str:
    """What a button carries, no longer than an id may be; whether there is such a rule, flows ask."""
    return value[:LONGEST_ID]


async def _open_stage_form(edge: Edge, value: str, asked: Asked, *, is_up: bool) -> None:
    form = await edge.run(
        rule_stages.stage_form,
        asked.now,
        asked.speaker,
        edge.rulebook.current,
        rule_id_of(value),
        asked.request.channel_id,
        is_up=is_up,
    )
    await edge.replies.open_form(asked.request.trigger_id, form)


async def _open_thresholds(edge: Edge, value: str, asked: Asked, *, is_for_team: bool) -> None:
    form = await edge.run(
        rule_thresholds.params_form,
        asked.now,
        asked.speaker,
        edge.rulebook.current,
        rule_id_of(value),
        asked.request.channel_id,
        is_for_team=is_for_team,
    )
    await edge.replies.open_form(asked.request.trigger_id, form)
