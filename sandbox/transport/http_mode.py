"""HTTP mode: the same payloads as signed POSTs to the app's request URL; acks are the answers."""

import asyncio
import hashlib
import hmac
import json
from urllib.parse import urlencode

import httpx

from sandbox.model import Json
from sandbox.state.workspace import Clock
from sandbox.transport.delivery import ACK_SECONDS, Ack, DeliveryError, Kind, Retry


def signature_of(secret: str, timestamp: str, body: bytes) -> str:
    """Return Slack's v0 request signature (docs: verifying requests from Slack)."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


class HttpDelivery:
    """Posts payloads to one URL and reads acknowledgements from the answers."""

    def __init__(self, url: str, signing_secret: str, clock: Clock) -> None:
        self.url = url
        self._secret = signing_secret
        self._clock = clock
        self._client = httpx.AsyncClient(timeout=ACK_SECONDS, follow_redirects=False)

    async def verify_url(self, token: str, challenge: str) -> bool:
        """Whether the app answers Slack's url_verification with its challenge."""
        body = {"type": "url_verification", "token": token, "challenge": challenge}
        try:
            answer = await self._post(json.dumps(body).encode(), "application/json", {})
        except DeliveryError:
            return False
        return challenge in answer.text

    async def deliver(self, kind: Kind, payload: Json, retry: Retry | None = None) -> Ack:
        """Post one payload; anything but a 2xx within three seconds is a failure."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        body, content_type = _encoded(kind, payload)
        answer = await self._post(body, content_type, _retry_headers(retry))
        return Ack(_ack_payload(answer), (loop.time() - started) * 1000)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _post(
        self, body: bytes, content_type: str, headers: dict[str, str]
    ) -> httpx.Response:
        timestamp = str(int(self._clock()))
        signed = {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (sandbox)",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature_of(self._secret, timestamp, body),
            **headers,
        }
        try:
            async with asyncio.timeout(ACK_SECONDS):
                answer = await self._client.post(self.url, content=body, headers=signed)
        except (TimeoutError, httpx.TimeoutException):
            raise DeliveryError("operation_timeout", ACK_SECONDS * 1000) from None
        except httpx.HTTPError:
            raise DeliveryError("dispatch_failed") from None
        if not answer.is_success:
            raise DeliveryError("dispatch_failed")
        return answer


def _encoded(kind: Kind, payload: Json) -> tuple[bytes, str]:
    if kind == "events_api":
        return json.dumps(payload).encode(), "application/json"
    fields = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
    return urlencode(fields).encode(), "application/x-www-form-urlencoded"


def _retry_headers(retry: Retry | None) -> dict[str, str]:
    if retry is None:
        return {}
    return {"X-Slack-Retry-Num": str(retry.attempt), "X-Slack-Retry-Reason": retry.reason}


def _ack_payload(answer: httpx.Response) -> Json | None:
    if not answer.content.strip():
        return None
    if answer.headers.get("content-type", "").startswith("application/json"):
        decoded = answer.json()
        return decoded if isinstance(decoded, dict) and decoded else None
    return {"text": answer.text}
