"""The demo from beginning to end: make the organisation live, start both programs, say what to try."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from ruamel.yaml import YAML
from sqlmodel import Session

from bot.demo.budgets import seed_budgets
from bot.demo.organisation import Organisation, load_organisation, with_visitor, workspace_file
from bot.demo.plan import plan_outcomes
from bot.demo.processes import DemoError, bot_process, sandbox_process
from bot.demo.rules import seed_rules
from bot.demo.seed import seed_outcomes, seed_people
from bot.demo.usage import write_logs
from bot.demo.workflows import WORKFLOWS, write_runs
from bot.due import digest_due
from bot.flows.digest import DIGEST, audience_of
from bot.flows.gathering import Gathering
from bot.logs import log_errors_alone
from bot.model_classes import load_model_classes
from policies.people import Team
from policies.periods import IsoWeek
from policies.pricing import PriceBook
from policies.privacy import GroupRule
from storage import deliveries, people
from storage.database import Database
from storage.deliveries import DeliveryState

MANIFEST = Path(__file__).parents[2] / "app_manifest.yaml"
GRACE = timedelta(days=7)
DIGEST_WITHIN_SECONDS = 60
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """`folder` is emptied of an earlier demo; `own_logs` shows the visitor's usage instead of made-up usage.

    `now` is where the story ends and the bot's clock starts; None is the present.
    """

    folder: Path
    port: int
    own_logs: Path | None
    now: datetime | None


def run_demo(options: DemoOptions, now: datetime, say: Say) -> None:
    """Run until interrupted. DemoError says in one sentence why it cannot go on."""
    log_errors_alone()
    folder = _emptied(options.folder)
    organisation = load_organisation()
    if options.own_logs is not None:
        organisation = with_visitor(organisation)
    (folder / "workspace.json").write_text(json.dumps(workspace_file(organisation)), "utf-8")
    settings = _settings(folder, options.now)
    database = Database.open(settings["MILEAGE_DATABASE_URL"])
    try:
        database.migrate()
        if options.own_logs is None:
            _live_twelve_weeks(database, organisation, folder, settings, now, say)
        else:
            _bring_in_the_visitor(database, organisation, options.own_logs, settings, now, say)
        _show(database, organisation, options, settings, now, say)
    finally:
        database.dispose()


def _show(
    database: Database,
    organisation: Organisation,
    options: DemoOptions,
    settings: Mapping[str, str],
    now: datetime,
    say: Say,
) -> None:
    folder = options.folder
    workspace = folder / "workspace.json"
    with sandbox_process(workspace, MANIFEST, options.port, folder / "sandbox.log") as url:
        say("Starting the bot …")
        with bot_process(url, settings, folder / "bot.log") as child:
            _wait_for_digests(database, child, folder, now)
            say(_what_to_try(url, organisation, is_own=options.own_logs is not None))
            _stay(child, folder)


def _live_twelve_weeks(
    database: Database,
    organisation: Organisation,
    folder: Path,
    settings: Mapping[str, str],
    now: datetime,
    say: Say,
) -> None:
    plan = plan_outcomes(organisation, now)
    speakers = seed_people(database, organisation, now)
    count = seed_outcomes(database, speakers, plan, now)
    say(f"{len(speakers)} people in {len(organisation.teams)} teams declared {count} outcomes.")
    homes = write_logs(organisation, plan, now, folder / "usage")
    with (folder / "people.yaml").open("w", encoding="utf-8") as file:
        YAML(typ="safe").dump({f"{home.name}/**": email for email, home in homes}, file)
    logs = [str(folder / "usage"), "--map", str(folder / "people.yaml")]
    say(_imported("claude-code", logs, settings))
    runs = write_runs(organisation, now, folder / "workflows.csv")
    say(f"They ran {len(WORKFLOWS)} workflows {runs:,} times.")
    say(_imported("csv", [str(folder / "workflows.csv")], settings))
    asked = seed_budgets(database, organisation, speakers, now)
    say(f"Each has a budget of tokens a month; {asked} asked for more.")
    say("Replaying what the rules would have said, and what people answered …")
    found = seed_rules(database, organisation, speakers, _gathering(), now)
    say(f"In the last four weeks the rules that may speak had {found} findings.")


def _gathering() -> Gathering:
    return Gathering(GroupRule(), PriceBook(), load_model_classes().classes)


def _bring_in_the_visitor(
    database: Database,
    organisation: Organisation,
    own_logs: Path,
    settings: Mapping[str, str],
    now: datetime,
    say: Say,
) -> None:
    seed_people(database, organisation, now)
    visitor = next(member for _, member in organisation.people() if member.handle == "you")
    arguments = [str(own_logs), "--person", organisation.email_of(visitor)]
    say(_imported("claude-code", arguments, settings))


def _imported(source: str, arguments: Sequence[str], settings: Mapping[str, str]) -> str:
    """Import with the real command; a sentence about what came in."""
    command = [sys.executable, "-m", "bot", "import", source, *arguments, "--json"]
    done = subprocess.run(  # noqa: S603 - our own program, with arguments made here
        command, capture_output=True, text=True, check=False, env={**os.environ, **settings}
    )
    if done.returncode not in (0, 1) or not done.stdout:
        raise DemoError(done.stderr.strip() or "The import ended without a word.")
    summary = json.loads(done.stdout)
    tokens = sum(count or 0 for count in summary["tokens"].values())
    refused = len(summary["refused"])
    unread = f" {refused} lines were refused." if refused else ""
    return f"{summary['records']:,} requests, {tokens / 1e6:,.0f}M tokens imported.{unread}"


def _settings(folder: Path, start: datetime | None) -> dict[str, str]:
    settings = {
        "MILEAGE_DATABASE_URL": f"sqlite:///{folder / 'mileage.db'}",
        "MILEAGE_COACHING_HOLDOUT": "0",  # so few people measure nothing, and a tip is to be seen
        "MILEAGE_DIGEST_GRACE_HOURS": str(GRACE // timedelta(hours=1)),
        "MILEAGE_LOG_LEVEL": "INFO",
    }
    return settings | ({"MILEAGE_CLOCK_START": start.isoformat()} if start else {})


def _emptied(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("mileage.db", "mileage.db-wal", "mileage.db-shm"):
        (folder / name).unlink(missing_ok=True)
    shutil.rmtree(folder / "usage", ignore_errors=True)
    return folder


def _wait_for_digests(
    database: Database, child: subprocess.Popen[bytes], folder: Path, now: datetime
) -> None:
    deadline = time.monotonic() + DIGEST_WITHIN_SECONDS
    while not _are_posted(database, now):
        _require_alive(child, folder)
        if time.monotonic() > deadline:
            raise DemoError(f"No digest after {DIGEST_WITHIN_SECONDS} s. See {folder / 'bot.log'}.")
        time.sleep(0.2)


def _are_posted(database: Database, now: datetime) -> bool:
    with database.reading() as session:
        due = [(team, digest_due(team, now, GRACE)) for team in people.all_teams(session)]
        return all(_is_posted(session, team, one[0]) for team, one in due if one is not None)


def _is_posted(session: Session, team: Team, week: IsoWeek) -> bool:
    posted = deliveries.delivery_of(session, DIGEST, audience_of(team), str(week))
    return posted is not None and posted.state is DeliveryState.POSTED


def _require_alive(child: subprocess.Popen[bytes], folder: Path) -> None:
    if child.poll() is not None:
        lines = (folder / "bot.log").read_text("utf-8", errors="replace").splitlines()
        raise DemoError(lines[-1] if lines else "The bot ended at once and said nothing.")


def _stay(child: subprocess.Popen[bytes], folder: Path) -> None:
    while True:
        _require_alive(child, folder)
        time.sleep(0.5)


def _what_to_try(url: str, organisation: Organisation, *, is_own: bool) -> str:
    lead = next(member for _, member in organisation.people() if member.lead)
    other = next(member for _, member in organisation.people() if not member.lead)
    who = "You Yourself (your own logs)" if is_own else other.name
    return f"""
Mileage is at work in a Slack workspace on this machine: {url}/

Try, in #checkout, as {who}:
  read the digest that was just posted
  /outcome                               the form; or in one line:
  /outcome "Cut checkout p95 to 300 ms" by Fri size M PAY-123
  /outcome list                          then press a button
  /mileage me                            your own figures, seen by you alone
  /budget                                what is left, and whether it will last
  /budget request 3M until +5d because the load test runs again
  read the tip that came by direct message in working hours, press Why this?, then Wrong…
Then choose to be {lead.name}: review a colleague's outcome, decide what waits in Mileage's Home,
and try /budget team, /mileage digest and /mileage policies.
#mobile is a team of four: see what its digest leaves out.

Ctrl-C ends the demo."""
