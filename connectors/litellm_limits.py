"""A person's budget at a LiteLLM proxy: POST /user/update with max_budget (docs.litellm.ai/docs/proxy/users).

The proxy compares the limit with what it counted since its own last reset of the user, so the user's
`budget_duration` there has to be the period of the team's budget. It is left as it is: setting it
again would begin the proxy's period anew. Keys that belong to a team of the proxy are not limited by it.
"""

from typing import Final, Self

import httpx
import msgspec

from connectors.services import CallFailed, Failure, Service
from policies.usage import usd_from_nanos

SETTING: Final = "MILEAGE_LITELLM_KEY"
PAGE_SIZE: Final = 100
"""The most that the proxy lists at once."""
MOST_PAGES: Final = 10


class _User(msgspec.Struct):
    user_id: str
    user_email: str | None = None


class _Users(msgspec.Struct):
    users: list[_User]


class LiteLlmLimits:
    """Sets the limits of a proxy's internal users, with a key of its admin."""

    def __init__(self, service: Service) -> None:
        self._service = service

    @classmethod
    def at(cls, address: str, key: str, transport: httpx.BaseTransport | None = None) -> Self:
        """The proxy at an address such as https://litellm.example.com."""
        headers = {"Authorization": f"Bearer {key}"}
        return cls(Service.at("LiteLLM", SETTING, address, headers, transport))

    def set_limit(self, email: str, limit_nusd: int) -> Failure | None:
        """Let the person spend this much a period; None when it holds, else why it does not.

        Somebody the proxy does not know is not made known: a typing error there would otherwise
        become a user without a limit.
        """
        try:
            users = self._users_of(email)
            for user in users:
                body = {"user_id": user.user_id, "max_budget": float(usd_from_nanos(limit_nusd))}
                self._service.post("user/update", body, dict[str, object])
        except CallFailed as failed:
            return failed.failure
        return None if users else Failure("LiteLLM has no user with this e-mail address")

    def check(self) -> Failure | None:
        """Why the key does not work, or None."""
        try:
            self._service.get("user/list", _Users, page_size=1)
        except CallFailed as failed:
            return failed.failure
        return None

    def close(self) -> None:
        """Let go of the connections."""
        self._service.close()

    def _users_of(self, email: str) -> list[_User]:
        """Everybody with exactly this address, or whose id it is.

        The proxy itself looks for a part of an address, and an old one ignores what it does not know.
        """
        found = self._listed(user_email=email)
        mine = [one for one in found if (one.user_email or "").lower() == email.lower()]
        return mine or [one for one in self._listed(user_ids=email) if one.user_id == email]

    def _listed(self, **wanted: str) -> list[_User]:
        """Whom the proxy lists, each once: an old one may give the same page again and again."""
        found: dict[str, _User] = {}
        for page in range(1, MOST_PAGES + 1):
            users = self._service.get(
                "user/list", _Users, **wanted, page=page, page_size=PAGE_SIZE
            ).users
            found |= {one.user_id: one for one in users}
            if len(users) < PAGE_SIZE:
                break
        return list(found.values())
