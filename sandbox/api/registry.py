"""Every method by name, and how a call is let in: token first, then scope."""

import hmac

from sandbox.api import auth, chat, conversations, files, reactions, users, views
from sandbox.api.call import Call, Method, missing_scope
from sandbox.errors import SlackError
from sandbox.model import Json
from sandbox.state.workspace import InstalledApp

METHODS: dict[str, Method] = {
    **auth.METHODS,
    **chat.METHODS,
    **conversations.METHODS,
    **files.METHODS,
    **reactions.METHODS,
    **users.METHODS,
    **views.METHODS,
}


def method_named(name: str) -> Method:
    """Return a method, or refuse it as unknown."""
    method = METHODS.get(name)
    if method is None:
        raise SlackError("unknown_method", {"req_method": name})
    return method


def authorize(app: InstalledApp, method: Method, token: str | None) -> None:
    """Refuse a missing, wrong or unfit token, then a scope that was not granted.

    Raises SlackError: not_authed, invalid_auth, not_allowed_token_type, missing_scope.
    """
    if method.bearer == "anyone":
        return
    if not token:
        raise SlackError("not_authed")
    tokens = {"bot": app.bot_token, "app": app.app_token}
    expected = tokens.pop(method.bearer)
    if any(_are_same(token, other) for other in tokens.values()):
        raise SlackError("not_allowed_token_type")
    if not _are_same(token, expected):
        raise SlackError("invalid_auth")
    if method.scopes and not app.manifest.scopes & set(method.scopes):
        raise missing_scope(method.scopes, app.manifest.scopes)


def run(call: Call, method: Method) -> Json:
    """Run a method; its result with ok."""
    return {"ok": True, **method.handler(call)}


def _are_same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
