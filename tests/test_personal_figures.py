"""No figure of a person reaches a channel, the metadata of a message, a form's metadata, or the log."""

import ast
import json
import logging
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import fields
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.delivery_kinds import Kind, kinds
from bot.flows import digest, outcomes, teams
from bot.flows.digest import enqueue_due
from bot.flows.posts import NotYet
from bot.posting import delivery_ref
from bot.rulebook import Rulebook
from messages.metadata import FormContext
from messages.pages.base import ModalPage, TeamFacingPage
from messages.render import render
from messages.wording import amount, tokens, usd
from policies.outcomes import OutcomeDraft
from policies.people import Team
from policies.periods import IsoWeek
from policies.usage import microseconds, usd_from_nanos
from storage import deliveries
from storage.database import Database
from storage.deliveries import Claim
from storage.usage import store_usage
from tests.bot.facts import DIGEST_TERMS
from tests.bot.live import PEOPLE
from tests.bot.seeded import LAST_WEEK, MONDAY, introduce, payments, verified_outcome
from tests.messages.examples import every_page
from tests.storage.records import usage_record

ROOT = Path(__file__).parent.parent
LEVELS = {"debug", "info", "warning", "error", "critical", "exception"}
LOGGED = {
    # ids of our own, and words of the program's
    *(
        "kind",
        "delivery",
        "audience",
        "period",
        "sweep",
        "rule",
        "rules",
        "error_id",
        "mode",
        "commands",
    ),
    *(
        "next",
        "why",
        "event",
        "target",
        "push",
        "outcome",
        "file",
        "files",
        "name",
        "reason",
        "subject",
        "trouble",
        "says",  # what is wrong with a file of rules
    ),
    # counts, and what went wrong where
    *("attempt", "count", "times", "trace", "batches", "problems", "finished", "status", "at"),
    *("error", "slack_error", "fault"),
}
"""What a log line may carry. Who adds to it says here that it is no figure and no word of a person's."""


def log_calls() -> Iterator[tuple[str, ast.Call]]:
    for folder in ("bot", "storage", "connectors", "messages", "policies"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                    continue
                of = node.func.value
                is_log = isinstance(of, ast.Name) and of.id == "log"
                if is_log and node.func.attr in LEVELS:
                    yield str(path.relative_to(ROOT)), node


def test_a_log_line_is_a_fixed_word_with_ids_and_counts() -> None:
    found = list(log_calls())
    assert len(found) > 10
    assert [
        f"{p}:{c.lineno}" for p, c in found if [type(a) for a in c.args] != [ast.Constant]
    ] == []
    beside = {
        f"{place}:{call.lineno}": names
        for place, call in found
        if (names := {one.arg for one in call.keywords} - LOGGED)
    }
    assert beside == {}


def test_a_form_carries_ids_alone() -> None:
    kept = {one.type for one in fields(FormContext)}
    assert kept <= {int | None, str | None, "int | None", "str | None"}
    texts = {one.name for one in fields(FormContext) if "str" in str(one.type)}
    assert texts == {"channel_id", "terms", "rule_id"}  # `terms` is a mark made by a hash


@pytest.mark.parametrize(
    "name", [name for name, page in every_page().items() if isinstance(page, ModalPage)]
)
def test_every_form_carries_only_that(name: str) -> None:
    carried = render(every_page()[name])["private_metadata"]
    assert FormContext.decode(carried).encode() == carried


def test_the_metadata_of_a_message_is_the_number_of_its_delivery() -> None:
    claim = Claim(7, "digest", "team:1", "W46", "W46", MONDAY, MONDAY, 1, MONDAY)
    assert delivery_ref(claim).startswith("7-")
    source = (ROOT / "bot" / "posting.py").read_text("utf-8")
    made = [
        ast.unparse(node.value)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "metadata"
        if isinstance(node.value, ast.Dict)
    ]
    assert made == [
        "{'event_type': EVENT_TYPE, 'event_payload': {'delivery': delivery_ref(claim)}}"
    ]


class Scene:
    """Six people whose figures nobody could mistake for another number."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.team: Team = payments(database)
        self.tokens: dict[str, int] = {}
        self.costs: dict[str, int] = {}
        ids = {name: introduce(database, name).person.id for name in PEOPLE}
        with database.writing() as session:
            for place, (name, one) in enumerate(ids.items()):
                used = 7_113_000 + 1_371_000 * place
                record = usage_record(
                    one,
                    name,
                    microseconds(LAST_WEEK),
                    input_uncached=used,
                    cache_read=0,
                    cache_write_5m=0,
                    output_total=0,
                    cost_list_nusd=used * 3_001,
                )
                store_usage(session, [record])
                self.tokens[name], self.costs[name] = used, used * 3_001

    def forms_of_figures(self) -> set[str]:
        """Every person's tokens and cost as any page or log would write them."""
        found: set[str] = set()
        for used in self.tokens.values():
            found |= {str(used), f"{used:,}", amount(used), tokens(used)}
        for cost in self.costs.values():
            found |= {str(cost), f"{cost:,}", usd(usd_from_nanos(cost)), str(usd_from_nanos(cost))}
        return found

    def told(self, text: str) -> set[str]:
        """Those of them that stand in a text."""
        return {one for one in self.forms_of_figures() if one in text}


@pytest.fixture
def scene(sqlite_database: Database) -> Scene:
    """Payments, with an outcome of ben's verified, one claimed, and the digest of the week due."""
    found = Scene(sqlite_database)
    verified_outcome(sqlite_database, "Cut p95")
    ben = introduce(sqlite_database, "ben")
    open_id = outcomes.declare(sqlite_database, LAST_WEEK, ben, OutcomeDraft("Faster")).outcome.id
    link = "https://git.example.com/shop/pull/77"
    outcomes.claim(sqlite_database, LAST_WEEK, ben, open_id, link)
    enqueue_due(sqlite_database, MONDAY, timedelta(hours=48))
    return found


def composed(scene: Scene) -> Iterator[tuple[str, Any]]:
    """(audience, page) of everything that is due to be posted."""
    every: dict[str, Kind] = every_kind()
    with scene.database.writing() as session:
        claims = deliveries.claim_due(session, MONDAY, timedelta(minutes=3), limit=100)
    for claim in claims:
        with suppress(NotYet):  # a card that would be changed is not posted yet
            post = every[claim.kind].compose(scene.database, claim)
            if post is not None:
                yield claim.audience, post.page


def every_kind() -> dict[str, Kind]:
    return kinds(Rulebook(), lambda: DIGEST_TERMS, timedelta(hours=48))


def test_nothing_that_is_posted_to_a_channel_holds_a_person_s_figure(scene: Scene) -> None:
    seen = [page for audience, page in composed(scene) if audience.startswith("team:")]
    assert len(seen) >= 2
    for page in seen:
        assert isinstance(page, TeamFacingPage)
        assert scene.told(json.dumps(render(page), ensure_ascii=False)) == set()


def test_what_team_mates_ask_for_holds_none_either(scene: Scene) -> None:
    ana = introduce(scene.database, "ana")
    week = IsoWeek.of(LAST_WEEK.date())
    pages = [
        digest.preview(scene.database, MONDAY, ana, week, DIGEST_TERMS),
        teams.team_view(scene.database, ana),
    ]
    for page in pages:
        assert scene.told(json.dumps(render(page), ensure_ascii=False)) == set()


def test_the_week_is_told_as_a_sum_so_that_this_tests_something(scene: Scene) -> None:
    week = IsoWeek.of(LAST_WEEK.date())
    page = digest.shown_digest_of(scene.database, MONDAY, scene.team, week, DIGEST_TERMS)
    assert amount(sum(scene.tokens.values())) in json.dumps(render(page))


def test_no_log_line_of_it_holds_one(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    list(composed(scene))
    assert scene.told(caplog.text) == set()
