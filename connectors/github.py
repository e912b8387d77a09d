"""GitHub as a witness: was a pull request merged, closed without that, or reverted afterwards?

Shapes: docs.github.com/en/rest: pulls, issues/timeline, git/commits, commits (compare); API version 2022-11-28.
A revert is found through GitHub's own cross-references, so it has to name the pull request: as the
Revert button and `git revert` of a merged or squashed pull request do. One of commits that were
rebased, which name no number, stays unseen.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self
from urllib.parse import quote, urlsplit

import httpx
import msgspec

from connectors.services import CallFailed, Failure, Service

API_URL: Final = "https://api.github.com"
API_VERSION: Final = "2022-11-28"
PAGE: Final = 100
MOST_PAGES: Final = 5
MOST_COMMITS: Final = 10
"""How many commits that mention a pull request are read; further ones are discussion, not reverts."""
ELSEWHERE: Final = (404, 409, 422)
"""What GitHub answers about a commit that the repository does not have."""

_PATH: Final = re.compile(
    r"/(?P<owner>[A-Za-z0-9][A-Za-z0-9_-]{0,99})/(?P<repo>(?!\.{1,2}/)[A-Za-z0-9._-]{1,100})"
    r"/pull/(?P<number>[1-9]\d{0,8})(?:/.*)?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request by its place."""

    owner: str
    repo: str
    number: int

    def __str__(self) -> str:
        """As people write it: `shop/checkout#12`."""
        return f"{self.owner}/{self.repo}#{self.number}"


@dataclass(frozen=True, slots=True)
class Open:
    """Not merged, and not closed either."""


@dataclass(frozen=True, slots=True)
class Merged:
    """Merged, and nothing is known to revert it. `by` is a login, "" where GitHub names nobody."""

    at: datetime
    by: str = ""


@dataclass(frozen=True, slots=True)
class ClosedUnmerged:
    """Closed without being merged."""

    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reverted:
    """Merged and reverted by a pull request `shop/checkout#14` or a commit `3f2a1bc`."""

    by: str
    at: datetime | None = None


Finding = Open | Merged | ClosedUnmerged | Reverted | Failure
"""A Failure means that nothing is known, and says why."""


class _Login(msgspec.Struct):
    login: str = ""


class _Repository(msgspec.Struct):
    full_name: str


class _Base(msgspec.Struct):
    ref: str
    repo: _Repository


class PullAnswer(msgspec.Struct):
    """What GitHub says about one pull request, as far as it is used."""

    number: int
    title: str
    state: str
    base: _Base
    merged: bool = False
    merged_at: datetime | None = None
    closed_at: datetime | None = None
    merge_commit_sha: str | None = None
    merged_by: _Login | None = None


class _MergedAt(msgspec.Struct):
    merged_at: datetime | None = None


class _Issue(msgspec.Struct):
    number: int
    title: str
    body: str | None = None
    pull_request: _MergedAt | None = None
    repository: _Repository | None = None


class _Source(msgspec.Struct):
    issue: _Issue | None = None


class TimelineEvent(msgspec.Struct):
    """Something that happened to a pull request; most kinds of it are of no interest here."""

    event: str = ""
    commit_id: str | None = None
    source: _Source | None = None


class _Commit(msgspec.Struct):
    message: str


class _Comparison(msgspec.Struct):
    status: str


class _Rate(msgspec.Struct):
    limit: int
    remaining: int


class _RateLimit(msgspec.Struct):
    rate: _Rate


def pull_request_of(url: str, web_host: str) -> PullRequest | None:
    """The pull request that a link on this host leads to; None for any other link."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    host = (parts.hostname or "").removeprefix("www.")
    place = f"{host}:{port}" if port else host
    match = _PATH.fullmatch(parts.path)
    if place != web_host or parts.scheme not in ("http", "https") or match is None:
        return None
    return PullRequest(match["owner"], match["repo"], int(match["number"]))


def web_host_of(api_url: str) -> str:
    """The host of the links that people paste, for an API: GitHub's own, a GHE server's, or *.ghe.com's."""
    parts = urlsplit(api_url)
    host = parts.hostname or ""
    if host == "api.github.com" or (host.startswith("api.") and host.endswith(".ghe.com")):
        host = host.removeprefix("api.")
    return f"{host}:{parts.port}" if parts.port else host


def reverts(text: str, pull: PullAnswer) -> bool:
    """Whether a pull request's body says so as the Revert button writes it: `Reverts shop/checkout#12`."""
    name = re.escape(pull.base.repo.full_name)
    shape = rf"(?im)^\s*reverts?:?\s+(?:(?:{name})?#|https?://\S+/{name}/pull/){pull.number}\b"
    return re.search(shape, text) is not None


def reverts_commit(message: str, sha: str) -> bool:
    """Whether a commit's message says, as `git revert` writes it, that it undoes that commit."""
    named = re.findall(r"(?i)\breverts commit ([0-9a-f]{7,64})\b", message)
    return any(sha.lower().startswith(one.lower()) for one in named)


@dataclass(frozen=True, slots=True)
class GitHub:
    """Asks GitHub, or a GitHub Enterprise server, with a token that may read pull requests and contents."""

    service: Service
    web_host: str

    @classmethod
    def at(cls, api_url: str, token: str, transport: httpx.BaseTransport | None = None) -> Self:
        """GitHub at an API address such as https://api.github.com or https://git.example.com/api/v3."""
        headers = {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {token}",
            "X-GitHub-Api-Version": API_VERSION,
        }
        service = Service.at("GitHub", "MILEAGE_GITHUB_TOKEN", api_url, headers, transport)
        return cls(service, web_host_of(api_url))

    def pull_request_of(self, url: str) -> PullRequest | None:
        """The pull request here that a link leads to."""
        return pull_request_of(url, self.web_host)

    def finding(self, pull: PullRequest) -> Finding:
        """How a pull request stands; a Failure where GitHub does not say."""
        try:
            return self._finding(pull)
        except CallFailed as failed:
            return failed.failure

    def check(self) -> Failure | str:
        """Whether the token works: what is left of its rate limit, or why not."""
        try:
            rate = self.service.get("rate_limit", _RateLimit).rate
        except CallFailed as failed:
            # A server of one's own answers 404 where rate limits are switched off.
            is_unlimited = failed.failure.status == httpx.codes.NOT_FOUND
            return "the token works" if is_unlimited else failed.failure
        return f"the token works, {rate.remaining:,} of {rate.limit:,} requests are left this hour"

    def close(self) -> None:
        """Let go of the connections."""
        self.service.close()

    def _finding(self, pull: PullRequest) -> Finding:
        said = self._pull(pull)
        if not said.merged:
            return Open() if said.state == "open" else ClosedUnmerged(said.closed_at)
        events = list(self._timeline(pull))
        return (
            self._reverting_pull(pull, said, events)
            or self._reverting_commit(pull, said, events)
            or Merged(_merged_at(said), said.merged_by.login if said.merged_by else "")
        )

    def _pull(self, pull: PullRequest) -> PullAnswer:
        return self.service.get(f"{_place(pull)}/pulls/{pull.number}", PullAnswer)

    def _timeline(self, pull: PullRequest) -> Iterator[TimelineEvent]:
        path = f"{_place(pull)}/issues/{pull.number}/timeline"
        for page in range(1, MOST_PAGES + 1):
            events = self.service.get(path, list[TimelineEvent], per_page=PAGE, page=page)
            yield from events
            if len(events) < PAGE:
                return

    def _reverting_pull(
        self, pull: PullRequest, said: PullAnswer, events: Iterable[TimelineEvent]
    ) -> Reverted | None:
        """A merged pull request of the same repository into the same branch that says it reverts."""
        for event in events:
            issue = event.source.issue if event.source else None
            if issue is None or not _is_revert(issue, said):
                continue
            other = PullRequest(pull.owner, pull.repo, issue.number)
            answer = self._pull(other)
            if answer.merged and answer.base.ref == said.base.ref:
                return Reverted(str(other), answer.merged_at)
        return None

    def _reverting_commit(
        self, pull: PullRequest, said: PullAnswer, events: Iterable[TimelineEvent]
    ) -> Reverted | None:
        """A commit that undoes the merge and has reached the branch it was merged into."""
        sha = said.merge_commit_sha
        if not sha:
            return None
        mentions = (e.commit_id for e in events if e.event == "referenced" and e.commit_id)
        others = [one for one in dict.fromkeys(mentions) if one != sha and one.isalnum()]
        for other in others[-MOST_COMMITS:]:
            if reverts_commit(self._message(pull, other), sha) and self._is_in(pull, said, other):
                return Reverted(f"commit {other[:7]}")
        return None

    def _message(self, pull: PullRequest, sha: str) -> str:
        """A commit's message; "" of one in another repository, which cannot revert anything here."""
        try:
            return self.service.get(f"{_place(pull)}/git/commits/{sha}", _Commit).message
        except CallFailed as failed:
            if failed.failure.status in ELSEWHERE:
                return ""
            raise

    def _is_in(self, pull: PullRequest, said: PullAnswer, sha: str) -> bool:
        """Whether a commit has reached the branch: seen from it, the branch is ahead or the same."""
        path = f"{_place(pull)}/compare/{sha}...{quote(said.base.ref)}"
        # The second page leaves out the changed files, which nobody asked for.
        comparison = self.service.get(path, _Comparison, per_page=1, page=2)
        return comparison.status in ("ahead", "identical")


def _is_revert(issue: _Issue, said: PullAnswer) -> bool:
    """Whether what mentions a pull request is a merged pull request beside it that claims to revert it."""
    is_merged_here = (
        issue.pull_request is not None
        and issue.pull_request.merged_at is not None
        and issue.repository is not None
        and issue.repository.full_name == said.base.repo.full_name
    )
    return is_merged_here and reverts(issue.body or "", said)


def _merged_at(said: PullAnswer) -> datetime:
    if said.merged_at is None:
        raise CallFailed(Failure("GitHub does not say when it was merged", is_temporary=True))
    return said.merged_at


def _place(pull: PullRequest) -> str:
    return f"repos/{pull.owner}/{pull.repo}"
