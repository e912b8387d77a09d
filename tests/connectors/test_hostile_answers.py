"""Whatever a server answers, and whatever link a person gives: a typed result, and never an exception."""

import httpx
from hypothesis import given
from hypothesis import strategies as st

from connectors.github import (
    ClosedUnmerged,
    GitHub,
    Merged,
    Open,
    PullRequest,
    Reverted,
    pull_request_of,
)
from connectors.limits import TARGETS
from connectors.services import Failure
from tests.connectors.outside import mention, merged_pull

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
HEADERS = st.dictionaries(
    st.sampled_from(["retry-after", "x-ratelimit-remaining", "x-ratelimit-reset", "date", "location"]),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40),
    max_size=3,
)  # fmt: skip
PULL = PullRequest("shop", "checkout", 12)
FINDINGS = (Open, Merged, ClosedUnmerged, Reverted, Failure)


@given(st.text(max_size=60) | st.from_regex(r"https://github\.com/[^/]*/[^/]*/pull/\d+.*"))
def test_no_link_leads_out_of_the_repositories(link: str) -> None:
    found = pull_request_of(link, "github.com")
    if found is not None:
        path = f"{found.owner}/{found.repo}"
        assert path.count("/") == 1
        assert not {found.owner, found.repo} & {"", ".", ".."}
        assert path.isascii()
        assert (
            pull_request_of(f"https://github.com/{path}/pull/{found.number}", "github.com") == found
        )


@given(
    field=st.sampled_from(sorted(merged_pull(12))),
    value=JSON,
    timeline=st.lists(JSON | st.just(mention(14, "Reverts #12")), max_size=3) | JSON,
    status=st.sampled_from([200, 200, 200, 204, 301, 403, 404, 418, 429, 500]),
    headers=HEADERS,
)
def test_whatever_github_answers_is_a_finding(
    field: str, value: object, timeline: object, status: int, headers: dict[str, str]
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/timeline"):
            return httpx.Response(status, json=timeline, headers=headers)
        if "/pulls/" in request.url.path:
            return httpx.Response(200, json={**merged_pull(12), field: value})
        return httpx.Response(status, json=value, headers=headers)

    github = GitHub.at("https://api.github.com", "ghp_x", httpx.MockTransport(answer))
    assert isinstance(github.finding(PULL), FINDINGS)
    assert isinstance(github.check(), str | Failure)


@given(
    name=st.sampled_from(sorted(TARGETS)),
    status=st.sampled_from([200, 200, 204, 302, 400, 401, 403, 404, 429, 500]),
    body=JSON | st.binary(max_size=20),
    headers=HEADERS,
)
def test_whatever_a_target_answers_is_a_failure_of_one_line_or_none(
    name: str, status: int, body: object, headers: dict[str, str]
) -> None:
    content = {"content": body} if isinstance(body, bytes) else {"json": body}
    transport = httpx.MockTransport(lambda _: httpx.Response(status, headers=headers, **content))
    target = TARGETS[name].connect("https://limits.example.com", "sk-x", transport)
    found = target.set_limit("ben@example.com", 10**9)
    assert found is None or "\n" not in found.reason
    if status >= 300:
        assert found is not None
