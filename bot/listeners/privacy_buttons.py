"""Buttons and the form about one's own data. Whose data it is: the sender's, always."""

from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError

from bot.flows import forgetting, personal_export
from bot.flows.refusals import Refusal
from bot.intents.privacy_forms import read_forget_form
from bot.listeners.buttons import press_listener
from bot.listeners.edge import Asked, Edge
from bot.listeners.modals import form_listener
from bot.slack_api import error_word
from messages import ids
from messages.metadata import FormContext
from messages.pages.base import MessagePage
from messages.pages.privacy import Exported

NO_UPLOADS = {"missing_scope", "not_allowed_token_type", "file_uploads_disabled"}


def register(app: AsyncApp, edge: Edge) -> None:
    """Listen to the buttons and the form."""

    async def forget(_sure: bool, _context: FormContext, asked: Asked) -> MessagePage:
        return await edge.run_and_post(forgetting.forget_me, asked.now, asked.speaker)

    app.action(ids.EXPORT_MINE)(press_listener(edge, export_mine))
    app.action(ids.OPEN_FORGET_FORM)(press_listener(edge, open_forget_form))
    app.view(ids.FORGET_FORM)(form_listener(edge, read_forget_form, forget))


async def export_mine(edge: Edge, _value: str, asked: Asked) -> MessagePage:
    """Upload the presser's data to their own direct message."""
    export = await edge.run(personal_export.export_mine, asked.now, asked.speaker)
    try:
        await edge.replies.send_file(asked.request.user_id, export.file_name, export.content)
    except SlackApiError as error:
        if error_word(error) not in NO_UPLOADS:
            raise
        raise Refusal(
            "Slack lets Mileage upload no files here.",
            "Ask whoever runs Mileage for “mileage privacy export” with your e-mail address.",
        ) from error
    return Exported(export.file_name, export.rows)


async def open_forget_form(edge: Edge, _value: str, asked: Asked) -> MessagePage | None:
    """Say what would go and what would stay; nothing is deleted yet."""
    form = await edge.run(forgetting.forget_form, asked.speaker, asked.request.channel_id)
    await edge.replies.open_form(asked.request.trigger_id, form)
    return None
