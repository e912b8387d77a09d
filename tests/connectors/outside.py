"""Outside systems on loopback: GitHub, LiteLLM and Cursor as far as Mileage talks to them, and their faults."""

import json
import time
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

Json = dict[str, Any]


@dataclass(frozen=True)
class Said:
    """One answer: a status, a body (JSON unless it is bytes), headers, and how long it takes."""

    status: int = 200
    body: object = None
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0

    @property
    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


Answer = Callable[[Asked], Said]

FAULTS = {
    "a refused credential": Said(401, {"message": "Bad credentials"}),
    "a missing right": Said(403, {"message": "Resource not accessible by integration"}),
    "nothing there": Said(404, {"message": "Not Found"}),
    "a rate limit": Said(429, {"message": "slow down"}, {"Retry-After": "7"}),
    "a failure": Said(500, {"message": "Server Error"}),
    "a bad gateway": Said(502, b"<html>Bad gateway</html>", {"Content-Type": "text/html"}),
    "a captive portal": Said(200, b"<html>Sign in to the wifi</html>"),
    "not JSON": Said(200, b"{"),
    "nested without end": Said(200, b"[" * 100_000),
    "no UTF-8": Said(200, b'{"message": "\xff\xfe"}'),
    "another shape": Said(200, ["what", "is", "this"]),
}


@dataclass
class Outside:
    """A server that answers as it is told; a fault, once set, comes before every other answer."""

    answer: Answer
    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    fault: Said | None = None
    faults_left: int | None = None

    def fail(self, fault: Said | None, times: int | None = None) -> None:
        """Answer with a fault, `times` times or until told otherwise."""
        self.fault, self.faults_left = fault, times

    def said_to(self, asked: Asked) -> Said:
        self.asked.append(asked)
        if self.fault is not None and self.faults_left != 0:
            if self.faults_left is not None:
                self.faults_left -= 1
            return self.fault
        return self.answer(asked)

    @contextmanager
    def running(self) -> Iterator[None]:
        server = _Server(("127.0.0.1", 0), _handler(self))
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        self.url = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Somebody who had waited long enough has hung up."""


def _handler(outside: Outside) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _respond(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            headers = {name.lower(): value for name, value in self.headers.items()}
            said = outside.said_to(Asked(self.command, parts.path, query, headers, body))
            time.sleep(said.seconds)
            self.send_response(said.status)
            for name, value in said.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(said.content)))
            self.end_headers()
            self.wfile.write(said.content)

        do_GET = do_POST = _respond  # noqa: N815 - as http.server calls them

        def log_message(self, *_: object) -> None:
            pass

    return Handler


# ---- GitHub ----------------------------------------------------------------------------------------

GITHUB_TOKEN = "ghp_ofTheTests0000000000000000000000"
MERGED_AT, CLOSED_AT = "2026-11-20T10:15:00Z", "2026-11-21T08:00:00Z"
SHA, REVERT_SHA = "a1" * 20, "b2" * 20


def pull(number: int, title: str = "Cut checkout p95", **changes: object) -> Json:
    """A pull request as GitHub's API tells it, with a part of what Mileage does not read."""
    answer: Json = {
        "id": 1_000_000 + number,
        "node_id": "PR_kwDOA",
        "number": number,
        "state": "open",
        "title": title,
        "body": None,
        "user": {"login": "ben", "id": 5},
        "base": {"ref": "main", "sha": "0" * 40, "repo": {"id": 7, "full_name": "shop/checkout"}},
        "head": {"ref": "faster", "repo": None},
        "draft": False,
        "merged": False,
        "mergeable": None,
        "merged_at": None,
        "merged_by": None,
        "closed_at": None,
        "merge_commit_sha": "f" * 40,
        "commits": 3,
    }
    return {**answer, **changes}


def merged_pull(number: int, title: str = "Cut checkout p95", **changes: object) -> Json:
    merged = {
        "state": "closed",
        "merged": True,
        "merged_at": MERGED_AT,
        "closed_at": MERGED_AT,
        "merged_by": {"login": "chi", "id": 6},
        "merge_commit_sha": SHA,
    }
    return pull(number, title, **{**merged, **changes})


def mention(number: int, body: str, merged_at: str | None = CLOSED_AT, repo: str = "") -> Json:
    """The timeline's event of a pull request that mentions another."""
    return {
        "event": "cross-referenced",
        "actor": {"login": "dee"},
        "created_at": CLOSED_AT,
        "source": {
            "type": "issue",
            "issue": {
                "number": number,
                "title": 'Revert "Cut checkout p95"',
                "body": body,
                "pull_request": {"url": "https://…", "merged_at": merged_at},
                "repository": {"id": 7, "full_name": repo or "shop/checkout"},
            },
        },
    }


@dataclass
class FakeGitHub:
    """Repository shop/checkout: its pull requests, their timelines, and its commits by SHA."""

    pulls: dict[int, Json] = field(default_factory=dict)
    timelines: dict[int, list[Json]] = field(default_factory=dict)
    commits: dict[str, str] = field(default_factory=dict)
    in_main: set[str] = field(default_factory=set)

    def __call__(self, asked: Asked) -> Said:
        if asked.headers.get("authorization") != f"Bearer {GITHUB_TOKEN}":
            return FAULTS["a refused credential"]
        if asked.path == "/api/v3/rate_limit":
            return Said(200, {"resources": {}, "rate": {"limit": 5000, "remaining": 4999}})
        match asked.path.removeprefix("/api/v3/repos/shop/checkout/").split("/"):
            case ["pulls", number] if int(number) in self.pulls:
                return Said(200, self.pulls[int(number)])
            case ["issues", number, "timeline"] if int(number) in self.pulls:
                size, page = int(asked.query["per_page"]), int(asked.query["page"])
                return Said(200, self.timelines.get(int(number), [])[size * (page - 1) :][:size])
            case ["git", "commits", sha] if sha in self.commits:
                return Said(200, {"sha": sha, "message": self.commits[sha]})
            case ["compare", spec]:
                is_in = spec.removesuffix("...main") in self.in_main
                return Said(200, {"status": "ahead" if is_in else "diverged", "commits": []})
        return FAULTS["nothing there"]


# ---- systems that enforce limits -------------------------------------------------------------------

LITELLM_KEY, CURSOR_KEY = "sk-of-the-tests", "key_of_the_tests"


@dataclass
class FakeLiteLlm:
    """A proxy with users by id; what it answers is as in its 1.8x. An old one filters nothing."""

    users: dict[str, Json] = field(default_factory=dict)
    is_old: bool = False

    def __call__(self, asked: Asked) -> Said:
        if asked.headers.get("authorization") != f"Bearer {LITELLM_KEY}":
            return Said(401, {"error": {"message": "Authentication Error", "code": "401"}})
        if asked.path == "/user/list":
            page, size = int(asked.query.get("page", 1)), int(asked.query.get("page_size", 25))
            found = self._found(asked.query)
            users = found[(page - 1) * size : page * size]
            return Said(200, {"users": users, "total": len(found), "page": page})
        if asked.path == "/user/update" and asked.method == "POST":
            user = self.users.setdefault(asked.body["user_id"], {})  # it makes unknown ones
            user["max_budget"] = asked.body["max_budget"]
            return Said(200, {"user_id": asked.body["user_id"], "data": user})
        return Said(404, {"detail": "Not Found"})

    def _found(self, query: dict[str, str]) -> list[Json]:
        wanted, ids = query.get("user_email", "").lower(), query.get("user_ids")
        return [
            {"user_id": user_id, "spend": 1.5, "key_count": 1, **user}
            for user_id, user in self.users.items()
            if self.is_old
            or (
                (ids is None or user_id == ids)
                and (not wanted or wanted in (user.get("user_email") or "").lower())
            )
        ]


@dataclass
class FakeCursor:
    """A Cursor team: its members' limits in whole dollars."""

    limits: dict[str, int | None] = field(default_factory=dict)

    def __call__(self, asked: Asked) -> Said:
        scheme, _, coded = asked.headers.get("authorization", "").partition(" ")
        if (scheme, b64decode(coded).decode()) != ("Basic", f"{CURSOR_KEY}:"):
            return Said(401, {"error": "Unauthorized"})
        if asked.path == "/teams/members":
            return Said(200, {"teamMembers": [{"email": one} for one in self.limits]})
        if asked.path != "/teams/user-spend-limit" or asked.method != "POST":
            return Said(404, {"error": "Not found"})
        email, limit = asked.body["userEmail"], asked.body["spendLimitDollars"]
        if email not in self.limits:
            return Said(400, {"outcome": "error", "message": "User is not in the team"})
        if not isinstance(limit, int):
            return Said(400, {"outcome": "error", "message": "Only integers"})
        self.limits[email] = limit
        return Said(200, {"outcome": "success", "message": f"Spend limit set to ${limit}"})
