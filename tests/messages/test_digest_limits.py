"""Whatever a team's week holds, its digest and both replies fit into Slack in each of their forms."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from messages.limits import problems
from messages.pages.digest import ChartForm, Digest, DigestDetails, DigestPreview, DigestWorkflows
from messages.render import render, render_digest
from policies.digest import TeamDigest
from sandbox.block_kit.blocks import is_too_long, problems_of
from tests.messages.digest_examples import full, many
from tests.messages.examples import team_digest

FORMS: tuple[ChartForm, ...] = ("native", "image", "text")
PARTS = (Digest, DigestPreview, DigestDetails, DigestWorkflows)
MOST_BLOCKS = 22
"""More of them, and a digest is no longer read in ten seconds."""


def require_fit_in_every_form(digest: TeamDigest) -> None:
    for part in PARTS:
        page = part(digest, ())
        for form in FORMS:
            payload = render_digest(page, form, *("F1", "F2")[: len(page.charts)])
            assert problems(payload) == [], (part, form)
            assert problems_of(payload["blocks"], "message") == [], (part, form)
            assert not is_too_long(payload["blocks"]), (part, form)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    typed=st.text(min_size=1, max_size=300)
    | st.sampled_from(['"' * 300, "\\" * 300, "&" * 300, "<!channel> ", "שלום " * 60]),
    people=st.integers(0, 300),
    weeks=st.integers(0, 30),
    number=st.integers(1, 400),
    tokens=st.integers(0, 10**13),
)
def test_a_digest_of_any_team_fits(
    typed: str, people: int, weeks: int, number: int, tokens: int
) -> None:
    plain = team_digest(
        lambda _: typed, people=people, weeks=weeks, gap=None, tokens=tokens, verified=9
    )
    require_fit_in_every_form(many(full(lambda _: typed, plain), number))
    require_fit_in_every_form(plain)


@pytest.mark.parametrize("people", [3, 6, 300])
def test_a_digest_is_short_enough_for_one_look(people: int) -> None:
    digest = many(full(str, team_digest(people=people, gap=None)), people)
    assert len(render(Digest(digest, ()))["blocks"]) <= MOST_BLOCKS


def test_each_form_of_a_reply_shows_what_it_can() -> None:
    digest = full(str, team_digest())
    kinds = {
        form: [
            block["type"]
            for page in (DigestDetails(digest, ()), DigestWorkflows(digest, ()))
            for block in render_digest(page, form, *("F1", "F2")[: len(page.charts)])["blocks"]
        ]
        for form in FORMS
    }
    assert kinds["native"].count("data_table") == 3
    assert kinds["native"].count("data_visualization") == 2
    assert kinds["image"].count("image") == 2
    assert not {"image", "data_visualization", "data_table"} & set(kinds["text"])


def test_without_its_pictures_a_chart_is_told_in_words() -> None:
    page = replace(Digest(full(str, team_digest()), ()), chart="image")
    text = str(render(page))
    assert "16 Nov 0.025. Usual range: 0.017 to 0.031." in text


def test_the_answers_carry_the_team_and_the_week() -> None:
    assert str(render(Digest(team_digest(), ()))).count("'value': 'T-1 2026-W47'") == 2
    assert "T-1 2026-W47" not in str(render(DigestPreview(team_digest(), ())))
