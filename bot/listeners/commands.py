"""`/outcome` and `/mileage`, and the message shortcut."""

from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext

from bot.flows import (
    digest,
    focus,
    me,
    merges,
    outcome_keys,
    outcome_story,
    outcomes,
    teams,
)
from bot.flows.company_digest import Wanted
from bot.intents.focus import FocusIntent, StartFocus, StopFocus
from bot.intents.mileage import (
    MileageHelp,
    Mute,
    OpenSetup,
    PreviewDigest,
    ShowCoaching,
    ShowCompany,
    ShowMe,
    ShowMutes,
    ShowPrivacy,
    ShowRules,
    ShowTeam,
    TeamIntent,
    Unmute,
    parse_mileage,
)
from bot.intents.outcome_verbs import Assess, Drop, Merge, Revert, SetKeys, ShowOutcome, VerbIntent
from bot.intents.outcomes import (
    Declare,
    Done,
    ListMine,
    OpenDoneForm,
    OpenForm,
    OutcomeHelp,
    parse_outcome,
)
from bot.intents.words import readable
from bot.intents.workflows import LabelSessions, RemoveLabel, ShowLabels
from bot.listeners.coaching import answer_about_coaching
from bot.listeners.company import show_company
from bot.listeners.declaring import set_aside
from bot.listeners.edge import Asked, Edge, Request
from bot.listeners.middleware import answer
from bot.listeners.policies import show_rules
from bot.listeners.privacy import show_privacy
from bot.listeners.setup import open_setup
from bot.listeners.workflows import answer_workflow
from messages.pages.base import MessagePage
from messages.pages.help import Help
from policies.outcomes import MAX_TITLE

LOG_AS_OUTCOME = "log_as_outcome"
"""The callback id of the message shortcut, as the manifest has it."""


def register(app: AsyncApp, edge: Edge) -> None:
    """Listen to both commands, under the names this workspace gave them, and to the shortcut."""

    @app.command(edge.commands.outcome)
    async def on_outcome(context: AsyncBoltContext, body: dict[str, Any]) -> None:
        text = str(body.get("text") or "")
        await answer(edge, Request.of(context, body), partial(answer_outcome, edge, text))

    @app.command(edge.commands.mileage)
    async def on_mileage(context: AsyncBoltContext, body: dict[str, Any]) -> None:
        text = str(body.get("text") or "")
        await answer(edge, Request.of(context, body), partial(answer_mileage, edge, text))

    @app.shortcut(LOG_AS_OUTCOME)
    async def on_shortcut(context: AsyncBoltContext, body: dict[str, Any]) -> None:
        await answer(edge, Request.of(context, body), partial(open_form_about_message, edge))


async def answer_outcome(edge: Edge, text: str, asked: Asked) -> MessagePage | None:
    """What `/outcome` says to a line."""
    speaker, now = asked.speaker, asked.now
    match parse_outcome(text, now, speaker.zone, edge.commands.outcome):
        case Declare(draft=draft, amount=amount):
            page = await edge.run(outcomes.declare, now, speaker, draft, asked.request.key)
            return page if amount is None else await set_aside(edge, amount, page, asked)
        case OpenForm():
            return await open_form(edge, "", asked)
        case Done(outcome_id=outcome_id, url=url):
            return await edge.run_and_post(outcomes.claim, now, speaker, outcome_id, url)
        case OpenDoneForm(outcome_id=outcome_id):
            return await open_done_form(edge, outcome_id, asked)
        case ListMine():
            return await edge.run(outcomes.list_mine, now, speaker)
        case OutcomeHelp():
            return Help(edge.commands, "outcome")
        case StartFocus() | StopFocus() as intent:
            return await _turn_to(edge, intent, asked)
        case verb:
            return await act_on_outcome(edge, verb, asked)


async def act_on_outcome(edge: Edge, intent: VerbIntent, asked: Asked) -> MessagePage:
    """What `/outcome` does to an outcome that there is already."""
    judged = (asked.now, asked.speaker, intent.outcome_id)
    match intent:
        case Drop(reason=reason):
            return await edge.run_and_post(outcomes.drop, *judged, reason)
        case Revert(reason=reason):
            return await edge.run_and_post(outcomes.revert, *judged, reason)
        case Assess(to=to):
            return await edge.run(outcomes.assess, *judged, to)
        case SetKeys(keys=keys):
            return await edge.run(outcome_keys.set_keys, *judged, keys)
        case Merge(into_id=into_id):
            return await edge.run_and_post(merges.merge, *judged, into_id)
        case ShowOutcome():
            return await edge.run(outcome_story.show, *judged)


async def answer_mileage(edge: Edge, text: str, asked: Asked) -> MessagePage | None:
    """What `/mileage` says to a line."""
    match parse_mileage(text, edge.commands.mileage):
        case MileageHelp():
            return Help(edge.commands)
        case ShowMe():
            return await show_me(edge, asked)
        case ShowPrivacy():
            return await show_privacy(edge, asked)
        case ShowLabels() | LabelSessions() | RemoveLabel() as intent:
            return await answer_workflow(edge, intent, asked)
        case ShowMutes() | Mute() | Unmute() | ShowCoaching() as intent:
            return await answer_about_coaching(edge, intent, asked)
        case intent:
            return await _answer_about_teams(edge, intent, asked)


async def show_me(edge: Edge, asked: Asked) -> MessagePage:
    """Show the speaker's own figures, to them alone."""
    book = edge.digest_terms().gathering.price_book
    return await edge.run(me.my_weeks, asked.now, asked.speaker, book, edge.rulebook.current)


async def _answer_about_teams(edge: Edge, intent: TeamIntent, asked: Asked) -> MessagePage | None:
    """What `/mileage` says of the team, of all teams and of the rules."""
    speaker, now = asked.speaker, asked.now
    match intent:
        case ShowTeam():
            return await edge.run(teams.team_view, speaker)
        case PreviewDigest(week=week):
            return await edge.run(digest.preview, now, speaker, week, edge.digest_terms())
        case ShowCompany(week=week, teams=names):
            return await show_company(edge, Wanted(week, names), asked)
        case OpenSetup():
            return await open_setup(edge, asked)
        case ShowRules(rule_id=rule_id):
            return await show_rules(edge, rule_id, asked)


async def open_form_about_message(edge: Edge, asked: Asked) -> MessagePage | None:
    """Open the form, filled with what the message says and the link to it."""
    message = asked.request.body.get("message") or {}
    title = readable(str(message.get("text") or ""))[:MAX_TITLE]
    channel_id, ts = asked.request.channel_id, str(message.get("ts") or "")
    link = await edge.directory.permalink(channel_id, ts) if channel_id and ts else ""
    return await open_form(edge, title, asked, link)


async def open_form(
    edge: Edge, title: str, asked: Asked, origin_url: str = ""
) -> MessagePage | None:
    """Open the form that declares an outcome; nothing is left to say."""
    form = outcomes.outcome_form(asked.speaker, asked.request.channel_id, title, origin_url)
    await edge.replies.open_form(asked.request.trigger_id, form)
    return None


async def open_done_form(edge: Edge, outcome_id: int, asked: Asked) -> MessagePage | None:
    """Open the form that asks for an outcome's evidence; nothing is left to say."""
    form = await edge.run(outcomes.done_form, asked.speaker, outcome_id, asked.request.channel_id)
    await edge.replies.open_form(asked.request.trigger_id, form)
    return None


async def _turn_to(edge: Edge, intent: FocusIntent, asked: Asked) -> MessagePage:
    """What `/outcome start` and `/outcome stop` say."""
    match intent:
        case StartFocus(outcome_id=outcome_id):
            return await edge.run(focus.start, asked.now, asked.speaker, outcome_id)
        case StopFocus():
            return await edge.run(focus.stop, asked.now, asked.speaker)
