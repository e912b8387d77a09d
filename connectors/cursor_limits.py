"""A person's spend limit at Cursor: POST /teams/user-spend-limit (cursor.com/docs/account/teams/admin-api).

It takes whole dollars, of Enterprise teams alone, and basic authentication with the key as the name.
"""

from base64 import b64encode
from dataclasses import replace
from typing import Final, Self

import httpx
import msgspec

from connectors.services import CallFailed, Failure, Service
from policies.usage import NANOS_PER_USD

API_URL: Final = "https://api.cursor.com"
SETTING: Final = "MILEAGE_CURSOR_KEY"
NO_MEMBER: Final = "Cursor has no member of its team with this e-mail address: 400"


class _Outcome(msgspec.Struct):
    outcome: str


class _Members(msgspec.Struct):
    members: list[object] = msgspec.field(name="teamMembers")


class CursorLimits:
    """Sets the limits of a Cursor team's members, with a key of its Admin API."""

    def __init__(self, service: Service) -> None:
        self._service = service

    @classmethod
    def at(cls, address: str, key: str, transport: httpx.BaseTransport | None = None) -> Self:
        """Cursor's API at its address."""
        headers = {"Authorization": f"Basic {b64encode(f'{key}:'.encode()).decode()}"}
        return cls(Service.at("Cursor", SETTING, address, headers, transport))

    def set_limit(self, email: str, limit_nusd: int) -> Failure | None:
        """Let the person spend this much a period, rounded down to whole dollars; else why not."""
        body = {"userEmail": email, "spendLimitDollars": limit_nusd // NANOS_PER_USD}
        try:
            answer = self._service.post("teams/user-spend-limit", body, _Outcome)
        except CallFailed as failed:
            is_about_person = failed.failure.status == httpx.codes.BAD_REQUEST
            return replace(failed.failure, reason=NO_MEMBER) if is_about_person else failed.failure
        return None if answer.outcome == "success" else Failure("Cursor did not take the limit")

    def check(self) -> Failure | None:
        """Why the key does not work, or None."""
        try:
            self._service.get("teams/members", _Members)
        except CallFailed as failed:
            return failed.failure
        return None

    def close(self) -> None:
        """Let go of the connections."""
        self._service.close()
