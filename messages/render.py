"""Page in, Slack payload out: sandboxed Jinja templates that are JSON, every value through `tojson`."""

import json
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal, NotRequired, TypedDict, overload

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from messages import (
    backtest_words,
    budget_words,
    coaching_words,
    company_words,
    escape,
    finding_words,
    ids,
    lines,
    privacy_words,
    rule_words,
    steps,
    tables,
    time_zones,
    wording,
    workflow_words,
)
from messages.charts import data_visualization
from messages.digest.figures import fact_lines, figure_text
from messages.digest.workflows import WORKFLOWS_NAMED, workflow_line
from messages.pages.base import HomePage, MessagePage, ModalPage, Page
from messages.pages.digest import ChartForm, DigestPage
from policies.linking import DAYS_BACK, link_value
from policies.metrics import SourceFreshness
from policies.outcomes import MAX_REASON, MAX_TITLE, MAX_URL, Complexity, OutcomeKind, OutcomeSize
from policies.people import Weekday
from policies.reviews import ImpactUnit

TEMPLATES = Path(__file__).parent / "templates"

Block = dict[str, Any]  # Block Kit is open JSON; messages.limits holds it to Slack's rules


class Message(TypedDict):
    """Arguments of chat.postMessage and its relatives; `text` is what a notification says."""

    text: str
    blocks: list[Block]


class Modal(TypedDict):
    """A modal view; `private_metadata` carries ids alone."""

    type: Literal["modal"]
    callback_id: str
    title: Block
    submit: NotRequired[Block]
    close: NotRequired[Block]
    private_metadata: NotRequired[str]
    blocks: list[Block]


class Home(TypedDict):
    """An App Home view."""

    type: Literal["home"]
    blocks: list[Block]


Payload = Message | Modal | Home


@overload
def render(page: MessagePage) -> Message: ...
@overload
def render(page: ModalPage) -> Modal: ...
@overload
def render(page: HomePage) -> Home: ...
def render(page: Page) -> Payload:
    """Draw a page. A template that forgets a value or is no JSON raises; that is a bug, not input."""
    template = _environment().get_template(page.template)
    payload: Payload = json.loads(template.render(page=page))
    return payload


def render_digest(page: DigestPage, chart: ChartForm, *image_file_ids: str) -> Message:
    """Draw a digest's page with its charts as Slack's blocks, as uploaded PNGs, or in words alone.

    `image_file_ids` are those of the page's `charts`, in their order.
    """
    return render(replace(page, chart=chart, image_file_ids=image_file_ids))


def compile_templates() -> int:
    """Compile every template now rather than at its first use; return how many there are."""
    environment = _environment()
    names = environment.list_templates()
    for name in names:
        environment.get_template(name)
    return len(names)


@cache
def _environment() -> SandboxedEnvironment:
    environment = SandboxedEnvironment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=False,  # the output is JSON; mrkdwn and tojson do the escaping
        auto_reload=False,
        cache_size=-1,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(_FILTERS)
    environment.globals.update(_GLOBALS)
    return environment


def _to_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _sources(sources: Iterable[SourceFreshness]) -> str:
    """`claude-code (local files) up to …`, for a line about where figures come from."""
    return "; ".join(
        f"{escape.mrkdwn(escape.clip(one.source, 60))} ({wording.trust(one.trust)}) "
        f"up to {wording.moment(one.as_of)}"
        for one in list(sources)[:8]
    )


_FILTERS: dict[str, Any] = {
    "tojson": _to_json,
    "mrkdwn": escape.mrkdwn,
    "plain": escape.plain,
    "clip": escape.clip,
    "mention": escape.mention,
    "channel": escape.channel,
    "amount": wording.amount,
    "tokens": wording.tokens,
    "budget": wording.budget,
    "usd": wording.usd,
    "count": wording.count,
    "percent": wording.percent,
    "listed": wording.listed,
    "day": wording.day,
    "deadline": wording.deadline,
    "moment": wording.moment,
    "key": wording.key,
    "span": wording.span,
    "link_value": link_value,
    "impact": wording.impact,
    "sources": _sources,
    "title": lines.title,
    "linked_title": lines.linked_title,
    "evidence": lines.evidence,
    "own_line": lines.own_line,
    "step_line": steps.step_line,
    "deed_line": steps.deed_line,
    "within": lines.within,
    "within_last": lines.within_last,
    "team_list": lines.team_list,
    "can_be_finished": lines.can_be_finished,
    "until": budget_words.until,
    "purpose": budget_words.purpose,
    "subject": budget_words.subject,
    "part_of": budget_words.part_of,
    "own_grant": budget_words.own_grant,
    "granted_amount": budget_words.granted_amount,
    "earlier_grant": budget_words.earlier_grant,
    "asked": budget_words.asked,
    "offered": budget_words.offered,
    "person_line": budget_words.person_line,
    "people": budget_words.people,
    "limit": budget_words.limit,
    "outlook": budget_words.outlook,
    "spread": budget_words.spread,
    "data_visualization": data_visualization,
    "figure_text": figure_text,
    "fact_lines": fact_lines,
    "workflow_line": workflow_line,
    "data_table": tables.data_table,
    "table_in_mrkdwn": tables.table_in_mrkdwn,
    "code": rule_words.code,
    "labelled": workflow_words.labelled,
    "own_workflow": workflow_words.own_workflow,
    "finding_about": finding_words.about,
    "at_stake": finding_words.at_stake,
    "answered": finding_words.answered,
    "bulleted": rule_words.bulleted,
    "clause_lines": finding_words.clause_lines,
    "timers": finding_words.timers,
    "stage_words": rule_words.stage_words,
    "subject_words": rule_words.subject_words,
    "skill_words": rule_words.skill_words,
    "precision": rule_words.precision,
    "findings_in_words": backtest_words.findings,
    "backtest_line": backtest_words.backtest,
    "backtest_in_full": backtest_words.backtest_in_full,
    "effect_lines": backtest_words.effect_lines,
    "param_line": rule_words.param_line,
    "param_hint": rule_words.param_hint,
    "param_value": rule_words.param_value,
    "field_label": rule_words.field_label,
    "problem_line": rule_words.problem_line,
    "exception_line": rule_words.exception_line,
    "lead_reason": finding_words.lead_reason,
    "who_reads": finding_words.who_reads,
    "rule_links": rule_words.links,
    "ends_sentence": rule_words.sentence,
    "muted_kind": coaching_words.muted_kind,
    "card_answered": coaching_words.card_answered,
    "why_a_card": coaching_words.why_a_card,
    "how_trials_work": coaching_words.how_trials_work,
    "effect_in_words": coaching_words.effect_in_words,
    "tip_effect": coaching_words.tip_effect,
    "kept_lines": privacy_words.kept_lines,
    "look_lines": privacy_words.look_lines,
    "retention_words": privacy_words.retention_words,
    "organisation_words": privacy_words.organisation_words,
    "going_lines": privacy_words.going_lines,
    "staying_lines": privacy_words.staying_lines,
    "afterwards_words": privacy_words.afterwards_words,
}
_GLOBALS: dict[str, Any] = {
    "ids": SimpleNamespace(**{name: value for name, value in vars(ids).items() if name.isupper()}),
    "kinds": tuple(OutcomeKind),
    "sizes": tuple(OutcomeSize),
    "complexities": tuple(Complexity),
    "weekdays": tuple(Weekday),
    "max_title": MAX_TITLE,
    "max_url": MAX_URL,
    "max_reason": MAX_REASON,
    "days_back": DAYS_BACK,
    "impact_units": tuple(ImpactUnit),
    "section_room": lines.SECTION_ROOM,
    "workflows_named": WORKFLOWS_NAMED,
    "time_zones": time_zones.offered,
    "digest_times": time_zones.digest_times,
    "company_columns": company_words.COLUMNS,
}
