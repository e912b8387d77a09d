"""Setting a person's limit at LiteLLM and at Cursor, on servers that behave like them."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import httpx
import pytest

from connectors import services
from connectors.limits import TARGETS, LimitTarget
from connectors.services import Failure
from policies.usage import NANOS_PER_USD
from tests.connectors.outside import (
    CURSOR_KEY,
    FAULTS,
    LITELLM_KEY,
    FakeCursor,
    FakeLiteLlm,
    Outside,
    Said,
)

BEN = "ben@example.com"
KEYS = {"litellm": LITELLM_KEY, "cursor": CURSOR_KEY}
EVERY_TARGET = pytest.mark.parametrize("name", list(TARGETS))


@contextmanager
def connected(name: str, server: Outside, key: str | None = None) -> Iterator[LimitTarget]:
    target = TARGETS[name].connect(server.url, key or KEYS[name], None)
    yield target
    target.close()


@pytest.fixture
def litellm() -> FakeLiteLlm:
    return FakeLiteLlm({"u-ben": {"user_email": "Ben@example.com"}})


@pytest.fixture
def cursor() -> FakeCursor:
    return FakeCursor({BEN: None})


@pytest.fixture
def server(name: str, litellm: FakeLiteLlm, cursor: FakeCursor) -> Iterator[Outside]:
    outside = Outside({"litellm": litellm, "cursor": cursor}[name])
    with outside.running():
        yield outside


@EVERY_TARGET
def test_a_limit_holds_and_setting_it_again_changes_nothing(
    name: str, server: Outside, litellm: FakeLiteLlm, cursor: FakeCursor
) -> None:
    with connected(name, server) as target:
        for _ in range(2):
            assert target.set_limit(BEN, 50_750_000_000) is None
            stands = litellm.users["u-ben"].get("max_budget") or cursor.limits[BEN]
            assert stands == {"litellm": 50.75, "cursor": 50}[name]
        assert target.set_limit(BEN, 0) is None
        assert (litellm.users["u-ben"].get("max_budget"), cursor.limits[BEN])[name == "cursor"] == 0


@EVERY_TARGET
def test_somebody_the_system_does_not_know_is_not_made_known(
    name: str, server: Outside, litellm: FakeLiteLlm, cursor: FakeCursor
) -> None:
    with connected(name, server) as target:
        found = target.set_limit("en@example.com", NANOS_PER_USD)
    assert found is not None
    assert not found.is_temporary
    assert "with this e-mail address" in found.reason
    assert (set(litellm.users), set(cursor.limits)) == ({"u-ben"}, {BEN})
    assert "max_budget" not in litellm.users["u-ben"]


@EVERY_TARGET
def test_a_wrong_key_is_named_by_its_setting_and_never_shown(name: str, server: Outside) -> None:
    with connected(name, server, key="wrong-key") as target:
        found = target.check()
        assert found == target.set_limit(BEN, NANOS_PER_USD)
    setting = {"litellm": "MILEAGE_LITELLM_KEY", "cursor": "MILEAGE_CURSOR_KEY"}[name]
    assert found is not None
    assert found.reason == f"{TARGETS[name].title} does not take {setting}: 401"
    assert (found.is_temporary, found.is_general) == (False, True)
    assert "wrong-key" not in repr(found)


@EVERY_TARGET
def test_a_right_key_is_right(name: str, server: Outside) -> None:
    with connected(name, server) as target:
        assert target.check() is None


@EVERY_TARGET
@pytest.mark.parametrize("fault", list(FAULTS))
def test_each_fault_is_a_failure_of_one_line_and_a_later_call_works(
    name: str, server: Outside, fault: str
) -> None:
    with connected(name, server) as target:
        server.fail(FAULTS[fault], times=1)
        found = target.set_limit(BEN, NANOS_PER_USD)
        assert found is not None
        assert "\n" not in found.reason
        assert found.reason.startswith(TARGETS[name].title)
        is_for_good = fault in ("a refused credential", "a missing right", "nothing there")
        assert found.is_temporary is not is_for_good
        assert target.set_limit(BEN, NANOS_PER_USD) is None


@EVERY_TARGET
def test_a_rate_limit_says_how_long_to_wait(name: str, server: Outside) -> None:
    server.fail(FAULTS["a rate limit"])
    with connected(name, server) as target:
        found = target.set_limit(BEN, NANOS_PER_USD)
    assert found is not None
    assert found.wait == timedelta(seconds=7)


@EVERY_TARGET
def test_a_slow_system_is_a_temporary_failure(
    name: str, server: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "TIMEOUT", httpx.Timeout(0.1))
    server.fail(Said(200, {}, seconds=0.5))
    with connected(name, server) as target:
        found = target.set_limit(BEN, NANOS_PER_USD)
    assert found == Failure(
        f"{TARGETS[name].title} did not answer in time", is_temporary=True, is_general=True
    )


@pytest.mark.parametrize("name", ["litellm"])
def test_everybody_with_the_address_gets_the_limit_and_an_id_may_be_the_address(
    name: str, server: Outside, litellm: FakeLiteLlm
) -> None:
    litellm.users |= {"u-ben-2": {"user_email": BEN}, "chi@example.com": {"user_email": None}}
    with connected(name, server) as target:
        assert target.set_limit(BEN, NANOS_PER_USD) is None
        assert target.set_limit("chi@example.com", 2 * NANOS_PER_USD) is None
    assert {key: user["max_budget"] for key, user in litellm.users.items()} == {
        "u-ben": 1,
        "u-ben-2": 1,
        "chi@example.com": 2,
    }


@pytest.mark.parametrize("name", ["litellm"])
@pytest.mark.parametrize("others", [99, 100, 250])
def test_the_address_is_found_on_whatever_page_it_stands(
    name: str, server: Outside, litellm: FakeLiteLlm, others: int
) -> None:
    alike = {f"u-{n}": {"user_email": f"{n}{BEN}"} for n in range(others)}
    litellm.users = {**alike, **litellm.users}
    with connected(name, server) as target:
        assert target.set_limit(BEN, NANOS_PER_USD) is None
    limited = [one for one, user in litellm.users.items() if "max_budget" in user]
    assert limited == ["u-ben"]


@EVERY_TARGET
def test_what_would_have_to_be_unpacked_is_not_read(name: str, server: Outside) -> None:
    body = gzip.compress(b'{"users": []}' + b" " * 100)
    server.fail(Said(200, body, {"Content-Encoding": "gzip"}))
    with connected(name, server) as target:
        found = target.check()
    assert found is not None
    assert found.reason.endswith("answered with something that its API does not say")
    assert {one.headers["accept-encoding"] for one in server.asked} == {"identity"}


@pytest.mark.parametrize("name", ["litellm"])
def test_a_proxy_that_filters_nothing_sets_nobody_elses_limit(
    name: str, server: Outside, litellm: FakeLiteLlm
) -> None:
    litellm.is_old = True
    with connected(name, server) as target:
        assert target.set_limit("chi@example.com", NANOS_PER_USD) is not None
        assert "max_budget" not in litellm.users["u-ben"]


@pytest.mark.parametrize("name", ["cursor"])
def test_a_refusal_in_a_successful_answer_is_a_failure(name: str, server: Outside) -> None:
    server.fail(Said(200, {"outcome": "error", "message": "Invalid email format"}))
    with connected(name, server) as target:
        assert target.set_limit(BEN, NANOS_PER_USD) == Failure("Cursor did not take the limit")
