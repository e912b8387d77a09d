"""One request to an outside system: bounded in time and size, and each way to fail in one line.

CallFailed      carries the Failure: what went wrong, and whether asking again later may help
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final, Self, TypeVar

import httpx
import msgspec

T = TypeVar("T")

TIMEOUT: Final = httpx.Timeout(10, connect=5)
TOTAL_SECONDS: Final = 15.0
"""A server that sends a byte now and then never runs into the timeout of one read."""
MOST_BYTES: Final = 8 * 1024 * 1024
MOST_REDIRECTS: Final = 3
AS_IT_IS: Final = "identity"
HEADERS: Final = {
    "User-Agent": "mileage",
    "Accept": "application/json",
    "Accept-Encoding": AS_IT_IS,  # what a few bytes may unpack to has no bound
}
SHORTEST_WAIT: Final = timedelta(seconds=1)
LONGEST_WAIT: Final = timedelta(hours=1)
"""Whatever a server asks for: a wrong clock or a bad header must not end the asking."""
USUAL_WAIT: Final = timedelta(minutes=1)
REQUEST_TIMEOUT: Final = 408
RATE_LIMITED: Final = 429
REFUSALS: Final = {
    403: "does not allow it",
    404: "has nothing there, or does not show it",
}


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a call brought nothing, for people, without an address or a secret in it.

    A temporary one may work later, after `wait` where the system said so; otherwise somebody has to
    act first. `is_general` says that any other call to the system would fail now as well. `status` is
    that of HTTP, 0 where none came.
    """

    reason: str
    is_temporary: bool = False
    wait: timedelta | None = None
    is_general: bool = False
    status: int = 0


class CallFailed(Exception):
    """There is no answer to work with."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.reason)
        self.failure = failure


@dataclass(frozen=True, slots=True)
class Service:
    """An outside system with a JSON API. Its credential goes to `origin` and nowhere else.

    `secret` names the setting that holds the credential. Safe to share between threads.
    """

    name: str
    secret: str
    client: httpx.Client

    @classmethod
    def at(
        cls,
        name: str,
        secret: str,
        address: str,
        headers: Mapping[str, str],
        transport: httpx.BaseTransport | None = None,
    ) -> Self:
        """The system at an http(s) address; `headers` hold the credential."""
        client = httpx.Client(
            base_url=address,
            headers={**HEADERS, **headers},
            timeout=TIMEOUT,
            follow_redirects=False,  # a redirect elsewhere must not take the credential along
            transport=transport,
        )
        return cls(name, secret, client)

    def get(self, path: str, kind: type[T], **params: str | int) -> T:
        """What stands at a path below the address; CallFailed otherwise."""
        return self._decoded(self._followed(path, params), kind)

    def post(self, path: str, body: Mapping[str, object], kind: type[T]) -> T:
        """The answer to a JSON body; CallFailed otherwise. A redirect is a failure."""
        return self._decoded(self._call("POST", path, json=body).content, kind)

    def close(self) -> None:
        """Let go of the connections."""
        self.client.close()

    def _followed(self, path: str, params: Mapping[str, str | int]) -> bytes:
        answer = self._call("GET", path, params=dict(params))
        for _ in range(MOST_REDIRECTS):
            if not answer.has_redirect_location:
                return answer.content
            target = answer.url.join(answer.headers["location"])
            if not _is_same_origin(target, self.client.base_url):
                break
            answer = self._call("GET", str(target.copy_merge_params(params)))
        if answer.has_redirect_location:
            raise CallFailed(Failure(f"{self.name} sends the request elsewhere"))
        return answer.content

    def _call(self, method: str, path: str, **kwargs: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
        """The whole answer, a redirect included; CallFailed for any other that is no success."""
        ends_at = time.monotonic() + TOTAL_SECONDS
        try:
            with self.client.stream(method, path, **kwargs) as response:
                content = self._content(response, ends_at)
        except httpx.TimeoutException:
            raise self._unreachable("did not answer in time") from None
        except (httpx.HTTPError, httpx.InvalidURL):
            raise self._unreachable("could not be reached") from None
        answer = httpx.Response(
            response.status_code,
            headers=_plain(response.headers),
            content=content,
            request=response.request,
        )
        if answer.is_success or (method == "GET" and answer.has_redirect_location):
            return answer
        raise CallFailed(self._failure_of(answer))

    def _content(self, response: httpx.Response, ends_at: float) -> bytes:
        """The body; of one that comes compressed all the same, nothing."""
        if response.headers.get("content-encoding", AS_IT_IS).lower() != AS_IT_IS:
            return b""
        content = bytearray()
        for part in response.iter_bytes():
            content += part
            if len(content) > MOST_BYTES:
                raise CallFailed(Failure(f"{self.name} answered with too much to read"))
            if time.monotonic() > ends_at:
                raise self._unreachable("did not answer in time")
        return bytes(content)

    def _decoded(self, content: bytes, kind: type[T]) -> T:
        try:
            return msgspec.json.decode(content, type=kind)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            reason = f"{self.name} answered with something that its API does not say"
            raise CallFailed(Failure(reason, is_temporary=True)) from None

    def _unreachable(self, what: str) -> CallFailed:
        failure = Failure(f"{self.name} {what}", is_temporary=True, is_general=True)
        return CallFailed(failure)

    def _failure_of(self, answer: httpx.Response) -> Failure:
        status = answer.status_code
        wait = wait_of(answer.headers) if "retry-after" in answer.headers else None
        if _is_rate_limit(answer):
            wait, what, is_temporary, is_general = (
                wait_of(answer.headers),
                "asks to wait",
                True,
                True,
            )
        elif status == httpx.codes.UNAUTHORIZED:
            what, is_temporary, is_general = f"does not take {self.secret}", False, True
        elif status >= httpx.codes.INTERNAL_SERVER_ERROR or status == REQUEST_TIMEOUT:
            what, is_temporary, is_general = "failed", True, True
        else:
            what, is_temporary, is_general = REFUSALS.get(status, "refused"), False, False
        reason = f"{self.name} {what}: {status}"
        return Failure(reason, is_temporary, wait, is_general, status)


def wait_of(headers: Mapping[str, str]) -> timedelta:
    """How long a server asks to be left alone, by its own clock: Retry-After, or GitHub's reset."""
    asked = headers.get("retry-after", "").strip()
    if asked.isascii() and asked.isdigit():
        return _bounded(int(asked[:9]))
    sent_at = _moment(headers.get("date", ""))
    until = _moment(asked) or _epoch(headers.get("x-ratelimit-reset", ""))
    if sent_at is None or until is None:
        return USUAL_WAIT
    return _bounded((until - sent_at).total_seconds())


def _bounded(seconds: float) -> timedelta:
    return max(SHORTEST_WAIT, min(timedelta(seconds=seconds), LONGEST_WAIT))


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _epoch(text: str) -> datetime | None:
    is_number = text.isascii() and text.isdigit() and len(text) <= 11
    return datetime.fromtimestamp(int(text), UTC) if is_number else None


def _is_rate_limit(answer: httpx.Response) -> bool:
    """429, or GitHub's 403 that says when to come back or that nothing is left."""
    if answer.status_code == RATE_LIMITED:
        return True
    says_when = "retry-after" in answer.headers
    is_used_up = answer.headers.get("x-ratelimit-remaining", "").strip() == "0"
    return answer.status_code == httpx.codes.FORBIDDEN and (says_when or is_used_up)


def _is_same_origin(one: httpx.URL, other: httpx.URL) -> bool:
    return (one.scheme, one.host, one.port) == (other.scheme, other.host, other.port)


def _plain(headers: httpx.Headers) -> dict[str, str]:
    """The headers without the one that describes the encoding of a body that was left unread."""
    return {name: value for name, value in headers.items() if name != "content-encoding"}
