"""Buttons and forms of a tip. Whose tip it is, is for the flow to ask each time."""

from slack_bolt.async_app import AsyncApp

from bot.flows import finding_answers, mutes
from bot.flows.refusals import Refusal
from bot.intents.fields import Values
from bot.intents.rule_forms import Silence, read_silence_form, read_wrong_form
from bot.listeners.buttons import Press, press_listener
from bot.listeners.edge import Asked, Edge
from bot.listeners.modals import LAST_ZONE, form_listener
from messages import ids
from messages.metadata import FormContext
from messages.pages.base import MessagePage
from policies.rules.findings import Answer, parse_finding_label


def answers(answer: Answer) -> Press:
    """A button that is an answer by itself. The tip changes in its place; nothing else is said."""

    async def press(edge: Edge, value: str, asked: Asked) -> MessagePage | None:
        await edge.run_and_post(
            finding_answers.answer, asked.now, asked.speaker, finding_id_of(value), answer
        )
        return None

    return press


def asks(answer: Answer) -> Press:
    """A button that opens the form of an answer."""

    async def press(edge: Edge, value: str, asked: Asked) -> MessagePage | None:
        form = await edge.run(
            finding_answers.answer_form,
            asked.now,
            asked.speaker,
            edge.rulebook.current,
            finding_id_of(value),
            answer,
            asked.request.channel_id,
        )
        await edge.replies.open_form(asked.request.trigger_id, form)
        return None

    return press


async def show_why(edge: Edge, value: str, asked: Asked) -> MessagePage | None:
    """Show the condition clause by clause, to the person alone."""
    return await edge.run(
        finding_answers.why, asked.now, asked.speaker, edge.rulebook.current, finding_id_of(value)
    )


async def let_lead_know(edge: Edge, value: str, asked: Asked) -> MessagePage | None:
    """Allow a lead to hear of it."""
    await edge.run_and_post(
        finding_answers.let_lead_know, asked.now, asked.speaker, finding_id_of(value)
    )
    return None


async def keep_from_lead(edge: Edge, value: str, asked: Asked) -> MessagePage | None:
    """Take that back while no lead was told."""
    await edge.run_and_post(
        finding_answers.keep_from_lead, asked.now, asked.speaker, finding_id_of(value)
    )
    return None


async def change_answer(edge: Edge, value: str, asked: Asked) -> MessagePage | None:
    """Take the answer back; the buttons stand in the tip again."""
    await edge.run_and_post(
        finding_answers.take_back, asked.now, asked.speaker, finding_id_of(value)
    )
    return None


async def stop_kind(edge: Edge, value: str, asked: Asked) -> MessagePage | None:
    """Stop tips of this kind; the tip says so in its place."""
    current = edge.rulebook.current
    await edge.run_and_post(
        mutes.stop_kind_of, asked.now, asked.speaker, current, finding_id_of(value)
    )
    return None


async def resume_kind(edge: Edge, value: str, asked: Asked) -> MessagePage | None:
    """Let them speak again."""
    current = edge.rulebook.current
    await edge.run_and_post(
        mutes.resume_kind_of, asked.now, asked.speaker, current, finding_id_of(value)
    )
    return None


PRESSES: dict[str, Press] = {
    ids.TIP_TRIED: answers(Answer.TRIED),
    ids.TIP_PLANNED: asks(Answer.PLANNED),
    ids.TIP_SNOOZED: asks(Answer.SNOOZED),
    ids.TIP_NOT_RELEVANT: answers(Answer.NOT_RELEVANT),
    ids.TIP_WRONG: asks(Answer.WRONG),
    ids.TIP_WHY: show_why,
    ids.TIP_LEAD_MAY_KNOW: let_lead_know,
    ids.TIP_KEEP_FROM_LEAD: keep_from_lead,
    ids.TIP_CHANGE: change_answer,
    ids.TIP_STOP: stop_kind,
    ids.TIP_RESUME: resume_kind,
}


def register(app: AsyncApp, edge: Edge) -> None:
    """Listen to every button and form of a tip."""
    for action_id, press in PRESSES.items():
        app.action(action_id)(press_listener(edge, press))

    def read_silence(values: Values) -> Silence:
        return read_silence_form(values, edge.clock.now(), LAST_ZONE)

    async def plan(wanted: Silence, context: FormContext, asked: Asked) -> MessagePage | None:
        return await _silence(edge, Answer.PLANNED, wanted, context, asked)

    async def snooze(wanted: Silence, context: FormContext, asked: Asked) -> MessagePage | None:
        return await _silence(edge, Answer.SNOOZED, wanted, context, asked)

    async def say_wrong(reason: str, context: FormContext, asked: Asked) -> MessagePage | None:
        finding_id = _finding_id(context)
        await edge.run_and_post(
            finding_answers.answer,
            asked.now,
            asked.speaker,
            finding_id,
            Answer.WRONG,
            reason=reason,
        )
        return None

    app.view(ids.PLAN_FORM)(form_listener(edge, read_silence, plan))
    app.view(ids.SNOOZE_FORM)(form_listener(edge, read_silence, snooze))
    app.view(ids.WRONG_FORM)(form_listener(edge, read_wrong_form, say_wrong))


def finding_id_of(value: str) -> int:
    """The id in a button's value; Refusal for what no button of ours carries."""
    finding_id = parse_finding_label(value)
    if finding_id is None:
        raise Refusal("This button no longer works.", "The next tip has buttons of its own.")
    return finding_id


async def _silence(
    edge: Edge, answer: Answer, wanted: Silence, context: FormContext, asked: Asked
) -> MessagePage | None:
    await edge.run_and_post(
        finding_answers.answer,
        asked.now,
        asked.speaker,
        _finding_id(context),
        answer,
        last_day=wanted.last_day,
        reason=wanted.reason,
    )
    return None


def _finding_id(context: FormContext) -> int:
    if context.finding_id is None:
        raise Refusal("This form no longer works.", "Open it again from the tip.")
    return context.finding_id
