"""`mileage doctor`: is everything there that the bot needs?"""

import asyncio
import json
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Annotated

import typer

from bot.cli.problems import FINDINGS, explained
from bot.settings import Settings, SettingsError, load_settings

STALE_AFTER = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    name: str
    ok: bool
    says: str


def doctor(
    json_: Annotated[bool, typer.Option("--json", help="Write the findings as JSON.")] = False,
) -> None:
    """Check settings, database, Slack, scopes, how fresh usage is, and the outside systems in use.

    Exit code 1 when something is wrong.
    """
    with explained():
        settings = load_settings()
        findings = [
            *_settings(settings),
            *_database(settings),
            *_rules(settings),
            *asyncio.run(_slack(settings)),
            *_outside(settings),
        ]
    if json_:
        typer.echo(json.dumps([asdict(one) for one in findings], indent=2, ensure_ascii=False))
    else:
        for one in findings:
            typer.echo(f"{'ok   ' if one.ok else 'WRONG'}  {one.name}: {one.says}")
    if not all(one.ok for one in findings):
        raise typer.Exit(FINDINGS)


def _settings(settings: Settings) -> list[Finding]:
    findings = []
    for name in ("slack_bot_token", "slack_app_token"):
        try:
            settings.required(name)
            findings.append(Finding(name.upper(), ok=True, says="set"))
        except SettingsError as problem:
            findings.append(Finding(name.upper(), ok=False, says=str(problem)))
    return findings


def _database(settings: Settings) -> list[Finding]:
    from bot.clock import Clock
    from storage import people, rollups
    from storage.database import Database
    from storage.errors import StorageError

    now = Clock.starting_at(settings.clock_start).now()
    try:
        database = Database.open(settings.database_url.get_secret_value())
        try:
            database.require_current()
            with database.reading() as session:
                teams = people.all_teams(session)
                rosters = [people.roster_of(session, team.id) for team in teams]
                members = {one.person.id for found in rosters if found for one in found.members}
                sources = rollups.usage_sources(session, members)
        finally:
            database.dispose()
    except StorageError as problem:
        return [Finding("database", ok=False, says=str(problem))]
    findings = [Finding("database", ok=True, says=f"up to date, {len(teams)} teams")]
    for source in sources:
        stale = now - source.data_as_of > STALE_AFTER
        says = f"delivered up to {source.data_as_of:%Y-%m-%d %H:%M} UTC"
        findings.append(Finding(f"usage of {source.source}", ok=not stale, says=says))
    if teams and not sources:
        findings.append(Finding("usage", ok=False, says="none yet. Run “mileage import”."))
    return findings


def _rules(settings: Settings) -> list[Finding]:
    """Whether every rule file is sound; those that are not leave their last good rules running."""
    from bot.model_classes import load_model_classes
    from bot.rule_files import NoFolder, files_in_use
    from policies.rules.ruleset import RuleSet

    try:
        found = RuleSet.of((one.name, one.read()) for one in files_in_use(settings.policies_dir))
    except NoFolder as problem:
        says = f"MILEAGE_POLICIES_DIR, {settings.policies_dir}: {problem}"
        return [Finding("rules", ok=False, says=says)]
    problems = (*found.problems, *load_model_classes(settings.policies_dir).problems)
    if not problems:
        return [Finding("rules", ok=True, says=f"{len(found.judges)} rules")]
    return [Finding("rules", ok=False, says=str(one)) for one in problems]


async def _slack(settings: Settings) -> list[Finding]:
    import aiohttp

    from bot.scopes import OPTIONAL, needed_scopes
    from bot.slack import recognise_workspace
    from bot.slack_api import SlackUnreachable, slack_client

    try:
        token = settings.required("slack_bot_token")
    except SettingsError:
        return []  # said already, beside the token's name
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
        try:
            workspace = await recognise_workspace(
                slack_client(token, settings.slack_api_url, session)
            )
        except SlackUnreachable as problem:
            return [Finding("slack", ok=False, says=str(problem))]
    findings = [Finding("slack", ok=True, says=f"workspace {workspace.workspace_id}")]
    missing = sorted(needed_scopes() - workspace.scopes) if workspace.scopes else []
    for scope in missing:
        says = f"not granted: {OPTIONAL.get(scope, 'the bot cannot work without it')}."
        findings.append(Finding(f"scope {scope}", ok=scope in OPTIONAL, says=says))
    return findings


def _outside(settings: Settings) -> list[Finding]:
    """Whether the secrets of the outside systems work; those that are off are not mentioned."""
    from bot.wiring import outside_systems
    from connectors.limits import TARGETS
    from connectors.services import Failure

    try:
        systems = outside_systems(settings)
    except SettingsError as problem:
        return [Finding("outside systems", ok=False, says=str(problem))]
    findings = []
    if systems.github is not None:
        said = systems.github.check()
        says = said.reason if isinstance(said, Failure) else said
        findings.append(Finding("github", ok=not isinstance(said, Failure), says=says))
    for name, target in systems.targets.items():
        failure = target.check()
        says = failure.reason if failure else f"{TARGETS[name].title} takes the key"
        findings.append(Finding(name, ok=failure is None, says=says))
    systems.close()
    return findings
