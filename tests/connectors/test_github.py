"""GitHub as a witness: which links it knows, what its answers mean, and how it fails."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from connectors import services
from connectors.github import (
    API_URL,
    ClosedUnmerged,
    Finding,
    GitHub,
    Merged,
    Open,
    PullRequest,
    Reverted,
    pull_request_of,
    reverts_commit,
    web_host_of,
)
from connectors.services import Failure, wait_of
from tests.connectors.outside import (
    CLOSED_AT,
    FAULTS,
    GITHUB_TOKEN,
    MERGED_AT,
    REVERT_SHA,
    SHA,
    Asked,
    FakeGitHub,
    Json,
    Outside,
    Said,
    mention,
    merged_pull,
    pull,
)

PULL = PullRequest("shop", "checkout", 12)
MERGED = Merged(datetime.fromisoformat(MERGED_AT), "chi")
THEN = datetime.fromisoformat(CLOSED_AT)


@pytest.fixture
def fake() -> FakeGitHub:
    return FakeGitHub({12: merged_pull(12)})


@pytest.fixture
def server(fake: FakeGitHub) -> Iterator[Outside]:
    outside = Outside(fake)
    with outside.running():
        yield outside


@pytest.fixture
def github(server: Outside) -> Iterator[GitHub]:
    github = GitHub.at(f"{server.url}/api/v3", GITHUB_TOKEN)
    yield github
    github.close()


@pytest.mark.parametrize(
    ("link", "leads_to"),
    [
        ("https://github.com/shop/checkout/pull/12", "shop/checkout#12"),
        ("http://www.github.com/shop/checkout/pull/12/", "shop/checkout#12"),
        ("https://GitHub.com/shop/check.out_2/pull/12/files#diff-1", "shop/check.out_2#12"),
        ("https://github.com/shop/checkout/pull/12/commits/abc?w=1", "shop/checkout#12"),
        ("https://github.com/shop/checkout/pull/12#discussion_r1", "shop/checkout#12"),
        ("https://github.com/shop/checkout/pull/0", None),
        ("https://github.com/shop/checkout/pull/12abc", None),
        ("https://github.com/shop/checkout/pulls/12", None),
        ("https://github.com/shop/checkout/issues/12", None),
        ("https://github.com/shop/../pull/12", None),
        ("https://github.com/shop/./pull/12", None),
        ("https://github.com/shop/%2e%2e/pull/12", None),
        ("https://github.com/-shop/checkout/pull/12", None),
        ("https://github.com.example.com/shop/checkout/pull/12", None),
        ("https://gitlab.com/shop/checkout/pull/12", None),
        ("https://github.com:8443/shop/checkout/pull/12", None),
        ("https://github.com:99999/shop/checkout/pull/12", None),
        ("ftp://github.com/shop/checkout/pull/12", None),
        ("shop/checkout#12", None),
        ("", None),
    ],
)
def test_a_link_leads_to_a_pull_request_of_the_host_or_to_nothing(
    link: str, leads_to: str | None
) -> None:
    found = pull_request_of(link, "github.com")
    assert (str(found) if found else None) == leads_to


@pytest.mark.parametrize(
    ("api_url", "host"),
    [
        (API_URL, "github.com"),
        ("https://git.example.com/api/v3", "git.example.com"),
        ("https://api.shop.ghe.com", "shop.ghe.com"),
        ("http://127.0.0.1:8080/api/v3/", "127.0.0.1:8080"),
    ],
)
def test_the_host_of_links_follows_from_the_api(api_url: str, host: str) -> None:
    assert web_host_of(api_url) == host


@pytest.mark.parametrize(
    ("said", "finding"),
    [
        (pull(12), Open()),
        (pull(12, state="closed", closed_at=CLOSED_AT), ClosedUnmerged(THEN)),
        (merged_pull(12), MERGED),
        (merged_pull(12, merged_by=None), Merged(MERGED.at)),
    ],
)
def test_a_pull_request_is_open_closed_or_merged(
    github: GitHub, fake: FakeGitHub, said: Json, finding: Finding
) -> None:
    fake.pulls[12] = said
    assert github.finding(PULL) == finding


@pytest.mark.parametrize(
    ("event", "other", "is_reverted"),
    [
        (mention(14, "Reverts shop/checkout#12"), {}, True),
        (mention(14, "It broke.\r\n\r\nReverts #12\r\n"), {}, True),
        (mention(14, "Reverts https://github.com/shop/checkout/pull/12"), {}, True),
        (mention(14, "Reverts shop/checkout#123"), {}, False),
        (mention(14, "Reverts shop/other#12"), {}, False),
        (mention(14, "Follows shop/checkout#12, which reverts nothing"), {}, False),
        (mention(14, "Reverts shop/checkout#12", merged_at=None), {"merged": False}, False),
        (mention(14, "Reverts shop/checkout#12", repo="evil/checkout"), {}, False),
        (
            mention(14, "Reverts shop/checkout#12"),
            {"base": {"ref": "release/1", "repo": {"full_name": "shop/checkout"}}},
            False,
        ),
    ],
)
def test_a_merged_pull_request_beside_it_that_says_so_reverts_it(
    github: GitHub, fake: FakeGitHub, event: Json, other: Json, is_reverted: bool
) -> None:
    fake.pulls[14] = merged_pull(14, **{"merged_at": CLOSED_AT, **other})
    fake.timelines[12] = [{"event": "labeled", "label": {"name": "x"}}, event]
    expected = Reverted("shop/checkout#14", THEN) if is_reverted else MERGED
    assert github.finding(PULL) == expected


@pytest.mark.parametrize(
    ("message", "is_in_main", "is_reverted"),
    [
        (f'Revert "Cut p95 (#12)"\n\nThis reverts commit {SHA}.', True, True),
        (f'Revert "Merge pull request #12"\n\nThis reverts commit {SHA}, reversing\n', True, True),
        (f'Revert "Cut p95 (#12)"\n\nThis reverts commit {SHA[:9]}.', True, True),
        (f'Revert "Cut p95 (#12)"\n\nThis reverts commit {SHA}.', False, False),
        (f"Mention #12\n\nThis reverts commit {REVERT_SHA}.", True, False),
        ("Follow #12 up", True, False),
    ],
)
def test_a_commit_on_the_branch_that_undoes_the_merge_reverts_it(
    github: GitHub, fake: FakeGitHub, message: str, is_in_main: bool, is_reverted: bool
) -> None:
    fake.timelines[12] = [{"event": "referenced", "commit_id": REVERT_SHA}]
    fake.commits[REVERT_SHA] = message
    fake.in_main = {REVERT_SHA} if is_in_main else set()
    assert github.finding(PULL) == (Reverted("commit b2b2b2b") if is_reverted else MERGED)


def test_a_commit_of_another_repository_that_mentions_it_is_no_revert(
    github: GitHub, fake: FakeGitHub
) -> None:
    fake.timelines[12] = [{"event": "referenced", "commit_id": "c3" * 20}]
    assert github.finding(PULL) == MERGED


def test_a_revert_is_found_on_a_later_page_of_a_long_timeline(
    github: GitHub, fake: FakeGitHub
) -> None:
    talk = [{"event": "commented", "body": "…"}] * 150
    fake.pulls[14] = merged_pull(14)
    fake.timelines[12] = [*talk, mention(14, "Reverts #12")]
    assert isinstance(github.finding(PULL), Reverted)


def test_an_abbreviated_commit_of_fewer_than_seven_digits_says_nothing() -> None:
    assert not reverts_commit(f"This reverts commit {SHA[:6]}.", SHA)


@pytest.mark.parametrize(
    ("fault", "reason", "is_temporary", "is_general"),
    [
        ("a refused credential", "GitHub does not take MILEAGE_GITHUB_TOKEN: 401", False, True),
        ("a missing right", "GitHub does not allow it: 403", False, False),
        ("nothing there", "GitHub has nothing there, or does not show it: 404", False, False),
        ("a rate limit", "GitHub asks to wait: 429", True, True),
        ("a failure", "GitHub failed: 500", True, True),
        ("a bad gateway", "GitHub failed: 502", True, True),
        ("a captive portal", "GitHub answered with something that its API does not say", True, False),
        ("not JSON", "GitHub answered with something that its API does not say", True, False),
        ("nested without end", "GitHub answered with something that its API does not say", True, False),
        ("no UTF-8", "GitHub answered with something that its API does not say", True, False),
        ("another shape", "GitHub answered with something that its API does not say", True, False),
    ],
)  # fmt: skip
def test_each_fault_is_one_line_and_temporary_or_not(
    github: GitHub, server: Outside, fault: str, reason: str, is_temporary: bool, is_general: bool
) -> None:
    server.fail(FAULTS[fault])
    found = github.finding(PULL)
    assert isinstance(found, Failure)
    assert (found.reason, found.is_temporary, found.is_general) == (
        reason,
        is_temporary,
        is_general,
    )


DATE = "Tue, 24 Nov 2026 14:00:00 GMT"
IN_A_MINUTE = str(int(datetime(2026, 11, 24, 14, 1, tzinfo=UTC).timestamp()))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": "0"}, 1),
        ({"retry-after": "9999999999999"}, 3600),
        ({"retry-after": "Tue, 24 Nov 2026 14:00:30 GMT", "date": DATE}, 30),
        ({"retry-after": "Tue, 24 Nov 2026 13:00:30 GMT", "date": DATE}, 1),
        ({"x-ratelimit-reset": IN_A_MINUTE, "date": DATE}, 60),
        ({"x-ratelimit-reset": IN_A_MINUTE}, 60),
        ({"retry-after": "soon"}, 60),
        ({"retry-after": "-5", "date": "never"}, 60),
        ({}, 60),
    ],
)
def test_a_server_is_left_alone_as_long_as_it_asks_within_an_hour(
    headers: dict[str, str], seconds: int
) -> None:
    assert wait_of(headers) == timedelta(seconds=seconds)


def test_a_403_with_nothing_left_of_the_rate_limit_is_temporary(
    github: GitHub, server: Outside
) -> None:
    server.fail(Said(403, {}, {"x-ratelimit-remaining": "0", "retry-after": "9"}))
    found = github.finding(PULL)
    assert isinstance(found, Failure)
    assert (found.is_temporary, found.wait) == (True, timedelta(seconds=9))


def test_a_fault_in_the_middle_makes_nothing_of_what_was_heard_before(
    github: GitHub, fake: FakeGitHub, server: Outside
) -> None:
    fake.timelines[12] = [mention(14, "Reverts #12")]  # whose pull request answers 404
    assert isinstance(github.finding(PULL), Failure)


def test_a_server_that_is_slow_is_temporary(
    server: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "TIMEOUT", httpx.Timeout(0.1))
    github = GitHub.at(f"{server.url}/api/v3", GITHUB_TOKEN)
    server.fail(Said(200, {}, seconds=0.5))
    assert github.finding(PULL) == Failure(
        "GitHub did not answer in time", is_temporary=True, is_general=True
    )
    github.close()


def test_a_server_that_never_ends_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    class Endless(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            while True:
                yield b" " * 65_536

    transport = httpx.MockTransport(lambda _: httpx.Response(200, stream=Endless()))
    github = GitHub.at(API_URL, GITHUB_TOKEN, transport)
    assert github.finding(PULL) == Failure("GitHub answered with too much to read")
    monkeypatch.setattr(services, "TOTAL_SECONDS", -1)
    found = github.finding(PULL)
    assert isinstance(found, Failure)
    assert found.reason == "GitHub did not answer in time"


def test_nobody_at_the_address_is_temporary() -> None:
    github = GitHub.at("http://127.0.0.1:9", GITHUB_TOKEN)
    found = github.finding(PULL)
    assert isinstance(found, Failure)
    assert (found.reason, found.is_temporary) == ("GitHub could not be reached", True)
    github.close()


def test_a_renamed_repository_is_followed_on_the_same_server(
    github: GitHub, fake: FakeGitHub, server: Outside
) -> None:
    def moved(asked: Asked) -> Said:
        new_path = asked.path.replace("/repos/old/name/", "/repos/shop/checkout/")
        return Said(301, {}, {"Location": new_path}) if new_path != asked.path else fake(asked)

    server.answer = moved
    fake.pulls[14] = merged_pull(14)
    talk = [{"event": "commented"}] * 100
    fake.timelines[12] = [*talk, mention(14, "Reverts shop/checkout#12")]
    assert github.finding(PullRequest("old", "name", 12)) == Reverted("old/name#14", MERGED.at)


def test_the_token_goes_to_the_configured_server_alone(github: GitHub, server: Outside) -> None:
    elsewhere = Outside(lambda _: Said(200, merged_pull(12)))
    with elsewhere.running():
        server.fail(Said(302, {}, {"Location": f"{elsewhere.url}/repos/shop/checkout/pulls/12"}))
        assert github.finding(PULL) == Failure("GitHub sends the request elsewhere")
    assert elsewhere.asked == []
    assert server.asked[0].headers["authorization"] == f"Bearer {GITHUB_TOKEN}"


@pytest.mark.parametrize("location", ["https://[::", "https://x:99999999/", "http://\u007f", ""])
def test_a_redirect_to_no_address_is_a_failure(
    github: GitHub, server: Outside, location: str
) -> None:
    server.fail(Said(302, {}, {"Location": location}))
    assert isinstance(github.finding(PULL), Failure)
    assert len(server.asked) <= 1 + services.MOST_REDIRECTS


def test_a_redirect_in_circles_ends(github: GitHub, server: Outside) -> None:
    server.fail(Said(302, {}, {"Location": "/api/v3/repos/shop/checkout/pulls/12"}))
    assert github.finding(PULL) == Failure("GitHub sends the request elsewhere")
    assert len(server.asked) == 1 + services.MOST_REDIRECTS


def test_a_token_is_checked_without_using_any_of_its_limit(github: GitHub, server: Outside) -> None:
    assert github.check() == "the token works, 4,999 of 5,000 requests are left this hour"
    server.fail(FAULTS["nothing there"])
    assert github.check() == "the token works"
    server.fail(FAULTS["a refused credential"])
    found = github.check()
    assert isinstance(found, Failure)
    assert GITHUB_TOKEN not in f"{found} {github}"
