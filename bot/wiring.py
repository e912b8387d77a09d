"""Everything is built here, in one place, from settings; nothing runs on import."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock
from bot.delivery import Delivery
from bot.delivery_kinds import kinds
from bot.flows.budget_sweep import HourlyWarnings, sweep_base_grants
from bot.flows.coaching import Coaching
from bot.flows.digest import enqueue_due
from bot.flows.digest_terms import DigestTerms
from bot.flows.evidence import check_next
from bot.flows.forgetting import sweep_forgotten
from bot.flows.gathering import Gathering
from bot.flows.limit_sends import note_unpushed, send_next
from bot.flows.outcomes import settle_durable
from bot.flows.practice_cards import PracticeCards
from bot.flows.retention import Purge
from bot.flows.rule_notices import sweep_refused_files
from bot.flows.rule_pass import ALARMS, RulePasses
from bot.flows.trials import TrialMeasures
from bot.listeners import (
    budget_buttons,
    budget_forms,
    budgets,
    buttons,
    cards,
    commands,
    digests,
    events,
    home,
    middleware,
    modals,
    privacy_buttons,
    rule_forms,
    rules,
    tips,
)
from bot.listeners.edge import Edge
from bot.listeners.replies import Replies
from bot.model_classes import load_model_classes
from bot.outside import Call, Outside, Systems
from bot.posting import Poster
from bot.practices import load_practices
from bot.rulebook import Rulebook
from bot.schedule import Schedule, Sweep
from bot.settings import Settings, SettingsError
from bot.slack import Directory, Installation, recognise_workspace
from bot.slack_api import slack_client
from bot.under_way import UnderWay
from bot.workers import Workers
from messages.pages.base import Commands
from policies.practices import Practice
from policies.pricing import PriceBook
from policies.privacy import GroupRule
from policies.rules.ruleset import RuleSet
from storage.database import Database

LISTENERS = (
    *(middleware, commands, buttons, digests, modals),
    *(budgets, budget_buttons, budget_forms),
    *(tips, cards, rules, rule_forms, privacy_buttons),
    *(home, events),
)
SLACK_TIMEOUT = aiohttp.ClientTimeout(total=30, connect=5)


@dataclass(frozen=True, slots=True)
class Program:
    """The running parts."""

    settings: Settings
    clock: Clock
    database: Database
    workers: Workers
    edge: Edge
    app: AsyncApp
    delivery: Delivery
    schedule: Schedule
    passes: Schedule
    upkeep: Schedule
    outside: Outside


@asynccontextmanager
async def built(settings: Settings, database: Database) -> AsyncIterator[Program]:
    """The program, connected to Slack's Web API. SettingsError or SlackUnreachable where it cannot be.

    On leaving, flows under way finish and connections close. The database stays the caller's.
    """
    token = settings.required("slack_bot_token")
    systems = outside_systems(settings)
    clock = Clock.starting_at(settings.clock_start)
    workers = Workers(settings.workers)
    names = Commands(settings.command_outcome, settings.command_mileage, settings.command_budget)
    rule = GroupRule(settings.minimum_group)
    async with aiohttp.ClientSession(timeout=SLACK_TIMEOUT) as session:
        client = slack_client(token, settings.slack_api_url, session)
        workspace = await recognise_workspace(client)
        rulebook = Rulebook.loaded(settings.policies_dir)
        installation = Installation(workspace, token)
        directory = Directory(client, workspace, clock)
        plain = slack_client(token, settings.slack_api_url, session, for_delivery=True)
        poster = Poster(plain, Directory(plain, workspace, clock), workers, names)
        terms = partial(_digest_terms_now, settings, rulebook)
        delivery = Delivery(
            clock,
            database,
            workers,
            installation,
            poster,
            kinds(rulebook, terms, digest_grace_of(settings)),
        )
        parts = (clock, database, workers, installation, delivery)
        schedule = Schedule(*parts, sweeps(settings, systems, rulebook))
        passes = Schedule(*parts, rule_passes(settings, rulebook))
        upkeep = Schedule(*parts, upkeep_of(settings))
        outside = Outside(*parts, calls(systems))
        edge = Edge(
            clock=clock,
            database=database,
            workers=workers,
            directory=directory,
            installation=installation,
            replies=Replies(client, session, names),
            commands=names,
            rule=rule,
            wake_delivery=delivery.wake,
            under_way=UnderWay(),
            rulebook=rulebook,
            gathering=partial(gathering_of, settings),
            digest_terms=terms,
            coaching_holdout=settings.coaching_holdout,
            retention_days=settings.retention_days,
        )
        delivery.redraw_home = partial(home.redraw_home, edge)
        app = slack_app(settings, client, edge)
        try:
            running = (delivery, schedule, passes, upkeep, outside)
            yield Program(settings, clock, database, workers, edge, app, *running)
        finally:
            await asyncio.to_thread(workers.close)
            systems.close()


def outside_systems(settings: Settings) -> Systems:
    """The outside systems whose secrets are set. SettingsError where one has nowhere to go."""
    litellm_key = settings.optional("litellm_key", "LiteLLM's")
    if litellm_key and settings.litellm_url is None:
        raise SettingsError("MILEAGE_LITELLM_KEY is set, but not MILEAGE_LITELLM_URL. Set both.")
    return Systems.connected(
        github=(settings.github_api_url, settings.optional("github_token", "GitHub's")),
        targets={
            "litellm": (settings.litellm_url or "", litellm_key),
            "cursor": (settings.cursor_api_url, settings.optional("cursor_key", "Cursor's")),
        },
    )


def calls(systems: Systems) -> dict[str, Call]:
    """What is asked of outside systems, in this order."""
    found: dict[str, Call] = {
        f"limits_{name}": partial(send_next, name=name, target=target)
        for name, target in systems.targets.items()
    }
    if systems.github is not None:
        found["evidence"] = partial(check_next, github=systems.github)
    return found


def sweeps(settings: Settings, systems: Systems, rulebook: Rulebook) -> dict[str, Sweep]:
    """What the minute tick looks for, in this order."""
    return {
        "rules": rulebook.sweep,
        "refused_rules": partial(sweep_refused_files, rulebook=rulebook),
        "digests": partial(enqueue_due, grace=digest_grace_of(settings)),
        "durable_outcomes": partial(settle_durable, days=settings.outcome_durable_days),
        "limits": partial(note_unpushed, targets=tuple(systems.targets)),
        "base_grants": sweep_base_grants,
        "budget_warnings": HourlyWarnings(),
    }


def digest_grace_of(settings: Settings) -> timedelta:
    """For how long after its time a digest is still posted."""
    return timedelta(hours=settings.digest_grace_hours)


def rule_passes(settings: Settings, rulebook: Rulebook) -> dict[str, Sweep]:
    """What looks over everybody's facts, beside the tick, and tells of it: alarms before all else."""
    gathering, practices = partial(gathering_of, settings), partial(practices_of, settings)
    tips_told = Coaching(rulebook, settings.coaching_holdout)
    return {
        "alarms": RulePasses(rulebook, gathering, ALARMS),
        "alarms_told": tips_told,
        "rule_pass": RulePasses(rulebook, gathering),
        "coaching": tips_told,
        "practice_cards": PracticeCards(practices, gathering, settings.coaching_holdout),
        "trials": TrialMeasures(rulebook, practices, gathering),
    }


def practices_of(settings: Settings) -> tuple[Practice, ...]:
    """The practice cards as they are now."""
    return load_practices(settings.policies_dir).practices


def upkeep_of(settings: Settings) -> dict[str, Sweep]:
    """What is deleted, beside the tick: what came late of people who were forgotten, and what is too old."""
    return {"forgotten": sweep_forgotten, "purge": Purge(settings.retention_days)}


def gathering_of(settings: Settings) -> Gathering:
    """By whose terms facts are gathered: the price book, and the models' classes as they are now."""
    classes = load_model_classes(settings.policies_dir).classes
    return Gathering(GroupRule(settings.minimum_group), PriceBook(), classes)


def digest_terms_of(settings: Settings, rules: RuleSet) -> DigestTerms:
    """By whose terms a digest is composed: the rules in force, and model classes and cards as they are now."""
    return DigestTerms(
        gathering_of(settings),
        tuple(rules.judges.values()),
        practices_of(settings),
    )


def _digest_terms_now(settings: Settings, rulebook: Rulebook) -> DigestTerms:
    return digest_terms_of(settings, rulebook.current)


def slack_app(settings: Settings, client: AsyncWebClient, edge: Edge) -> AsyncApp:
    """The Bolt app with every listener registered."""
    secret = settings.slack_signing_secret
    bolt_log = logging.getLogger("slack_bolt")
    with _quieted(bolt_log):  # it warns that the token comes from `authorize`, which is meant so
        app = AsyncApp(
            name="mileage",
            client=client,
            authorize=edge.installation,  # type: ignore[arg-type]  # Bolt takes None as “not installed”
            signing_secret=secret.get_secret_value() if secret else "",
            logger=bolt_log,
        )
    for module in LISTENERS:
        module.register(app, edge)
    return app


@contextmanager
def _quieted(logger: logging.Logger) -> Iterator[None]:
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
