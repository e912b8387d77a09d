"""Slack's Web API as a client whose every failure has a word, whatever came back.

slack_sdk hands on what a gateway, a proxy or a captive portal says in Slack's place, and fails over
it where it is no JSON object. Here it is `NoSlackAnswer`, and a SlackApiError is always Slack's own.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

TEMPORARY: Final = {
    "ratelimited",
    "rate_limited",
    "request_timeout",
    "service_unavailable",
    "team_added_to_org",
}
UNSURE: Final = {"fatal_error", "internal_error"}
"""Slack's documentation: some part of the operation may have succeeded before the error."""


class NoSlackAnswer(SlackClientError):
    """What came back is not Slack's: no JSON object with an error word. `status` is 0 if unknown."""

    def __init__(self, status: int = 0, headers: Mapping[str, Any] | None = None) -> None:
        super().__init__(f"HTTP {status}" if status else "an answer that is not Slack's")
        self.status = status
        self.headers = headers or {}


class SlackUnreachable(Exception):
    """Slack could not be reached or refused the token; the message is one sentence for the operator."""


NO_ANSWER: Final = (SlackClientError, aiohttp.ClientError, TimeoutError, OSError)
"""Every way in which a call of Slack fails."""


class SlackClient(AsyncWebClient):
    """The Web API client; raises SlackApiError for Slack's own errors and NoSlackAnswer otherwise."""

    async def api_call(
        self,
        api_method: str,
        **options: Any,  # noqa: ANN401 - slack_sdk's own options, passed on
    ) -> AsyncSlackResponse:
        """Call one method, as slack_sdk does it."""
        try:
            return await super().api_call(api_method, **options)
        except SlackApiError as error:
            if _has_word(error.response):
                raise
            raise _no_answer(error.response) from error
        except (AttributeError, TypeError, ValueError) as error:  # slack_sdk, over no JSON object
            raise NoSlackAnswer from error


def slack_client(
    token: str, api_url: str, session: aiohttp.ClientSession, *, for_delivery: bool = False
) -> SlackClient:
    """A Web API client. The delivery's own never repeats a request: a repeat could post twice."""
    retries: list[AsyncRetryHandler] = []
    if not for_delivery:
        retries = [AsyncConnectionErrorRetryHandler(), AsyncRateLimitErrorRetryHandler()]
    return SlackClient(
        token=token,
        base_url=api_url,
        session=session,
        retry_handlers=retries,
        logger=logging.getLogger("slack_sdk"),  # its level is set; a child's would count as DEBUG
    )


def error_word(error: BaseException) -> str | None:
    """Slack's own word for a failure, `HTTP 502` where something else answered, else None."""
    if isinstance(error, NoSlackAnswer):
        return str(error)
    if isinstance(error, SlackApiError):
        return str(error.response["error"]) if _has_word(error.response) else "no JSON"
    return None


@contextmanager
def start_explained(token_setting: str, where: str) -> Iterator[None]:
    """Turn every failure of a first call into SlackUnreachable, which says whose fault it is."""
    try:
        yield
    except SlackApiError as error:
        word, status = error_word(error), error.response.status_code
        if status == 200 and word not in TEMPORARY | UNSURE:
            raise SlackUnreachable(f"Slack refused {token_setting}: {word}.") from None
        raise SlackUnreachable(f"Slack at {where} is not reachable: {word}.") from None
    except NoSlackAnswer as error:
        raise SlackUnreachable(f"Slack at {where} is not reachable ({error}).") from None
    except NO_ANSWER as error:
        raise SlackUnreachable(f"Slack at {where} is not reachable: {error}.") from None


def _has_word(response: object) -> bool:
    data = response.data if isinstance(response, AsyncSlackResponse) else None
    return isinstance(data, dict) and isinstance(data.get("error"), str)


def _no_answer(response: object) -> NoSlackAnswer:
    status: int = getattr(response, "status_code", 0) or getattr(response, "status", 0)
    return NoSlackAnswer(status, dict(getattr(response, "headers", None) or {}))
