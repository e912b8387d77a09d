"""`mileage digest TEAM`: a team's week as text, JSON or a PNG; `--company` is all teams' week."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.problems import Unusable, explained
from bot.settings import Settings, load_settings

if TYPE_CHECKING:
    from bot.flows.digest_terms import DigestTerms
    from messages.pages.digest import Digest
    from policies.people import Team
    from storage.database import Database


class Format(StrEnum):
    """How a digest is written."""

    TEXT = "text"
    JSON = "json"
    PNG = "png"


def digest(
    team: Annotated[
        str | None, typer.Argument(metavar="TEAM", help="The team's name or its channel's id.")
    ] = None,
    company: Annotated[
        bool, typer.Option("--company", help="All teams by name, instead of one.")
    ] = False,
    workspace: Annotated[
        str | None,
        typer.Option(metavar="T0123", help="With --company: whose teams, where there are several."),
    ] = None,
    week: Annotated[
        str | None, typer.Option(metavar="2026-W46", help="The week; the last full one otherwise.")
    ] = None,
    format_: Annotated[Format, typer.Option("--format", help="What to write.")] = Format.TEXT,
    dark: Annotated[bool, typer.Option("--dark", help="With png: for a dark page.")] = False,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to; standard output otherwise.")
    ] = None,
) -> None:
    """Write the digest of a team's week, or of all teams. Nothing is posted."""
    if not company and team is None:
        raise typer.BadParameter("Missing argument 'TEAM'. Name a team, or add --company.")
    if company and team is not None:
        raise typer.BadParameter("Name a team or add --company, not both.")
    with explained():
        if format_ is Format.PNG and output is None and sys.stdout.isatty():
            raise Unusable("A PNG is no text for a terminal: add --output FILE.")
        settings = load_settings()
        from storage.database import Database

        database = Database.open(settings.database_url.get_secret_value())
        try:
            database.require_current()
            content = (
                written_of_all(database, settings, workspace, week, format_)
                if team is None
                else written(_digest(database, settings, team, week), format_, dark=dark)
            )
        finally:
            database.dispose()
        _write(content, output)


def written(page: "Digest", format_: Format, *, dark: bool = False) -> bytes:
    """The digest's bytes in a format; Unusable where there is nothing to draw."""
    if format_ is Format.JSON:
        import json

        from policies.digest import digest_json

        return (json.dumps(digest_json(page.digest), indent=2, ensure_ascii=False) + "\n").encode()
    if format_ is Format.TEXT:
        from messages.digest_text import digest_text

        return (digest_text(page.digest, page.people).rstrip() + "\n").encode()
    from messages.pictures import chart_png

    png = chart_png(page.digest, dark=dark)
    if png is None:
        raise Unusable(
            "There is nothing to draw yet: it takes two weeks, and a verified outcome in one of them."
        )
    return png


def written_of_all(
    database: "Database",
    settings: Settings,
    workspace: str | None,
    week: str | None,
    format_: Format,
) -> bytes:
    """The bytes of all teams' week; Unusable where it is not clear of which teams."""
    from zoneinfo import ZoneInfo

    from bot.clock import Clock
    from bot.flows.company_digest import company_digest, ended_week
    from policies.periods import IsoWeek
    from policies.privacy import GroupRule

    if format_ is Format.PNG:
        raise Unusable("All teams are written as text or JSON.")
    now = Clock.starting_at(settings.clock_start).now()
    with _explaining_week():
        shown = ended_week(now, ZoneInfo("UTC"), IsoWeek.parse(week) if week else None)
    rule = GroupRule(settings.minimum_group)
    found = company_digest(database, now, _workspace(database, workspace), shown, rule)
    if format_ is Format.JSON:
        import json

        from policies.company import company_json

        return (json.dumps(company_json(found), indent=2, ensure_ascii=False) + "\n").encode()
    from messages.company_text import company_text

    return company_text(found).encode()


def _digest(database: "Database", settings: Settings, name: str, week: str | None) -> "Digest":
    from bot.clock import Clock
    from bot.flows.digest import digest_of, ended_week
    from policies.periods import IsoWeek

    team = _team(database, name)
    now = Clock.starting_at(settings.clock_start).now()
    with _explaining_week():
        shown = ended_week(now, team, IsoWeek.parse(week) if week else None)
    return digest_of(database, now, team, shown, _terms(settings))


@contextmanager
def _explaining_week() -> Iterator[None]:
    """Say in one sentence what is wrong with the week that was asked for."""
    from bot.flows.refusals import Refusal
    from policies.periods import NotAPeriod

    try:
        yield
    except NotAPeriod as problem:
        raise Unusable(str(problem)) from None
    except Refusal as refusal:
        raise Unusable(f"{refusal.sentence} {refusal.next_step}") from None


def _workspace(database: "Database", wanted: str | None) -> str:
    """The workspace that is meant: the only one there is, where none is named."""
    from storage import people

    with database.reading() as session:
        known = sorted({team.workspace_id for team in people.all_teams(session)})
    if wanted in known or (wanted is None and len(known) == 1):
        return wanted or known[0]
    if not known:
        raise Unusable("There is no team yet. Run “/mileage setup” in a channel.")
    problem = f"No team is of workspace “{wanted}”." if wanted else "There are several workspaces."
    raise Unusable(f"{problem} Add --workspace with one of: {', '.join(known)}.")


def _terms(settings: Settings) -> "DigestTerms":
    from bot.cli.rule_sets import rules_at
    from bot.wiring import digest_terms_of

    return digest_terms_of(settings, rules_at(None))


def _team(database: "Database", name: str) -> "Team":
    from difflib import get_close_matches

    from storage import people

    with database.reading() as session:
        found = people.team_named(session, name.removeprefix("#"))
        teams = people.all_teams(session)
    found = found or next((one for one in teams if one.channel_id == name), None)
    if found is not None:
        return found
    if not teams:
        raise Unusable("There is no team yet. Run “/mileage setup” in a channel.")
    names = [one.name for one in teams]
    near = get_close_matches(name, names, n=1, cutoff=0.5)
    hint = f"Did you mean “{near[0]}”?" if near else f"There are: {', '.join(names)}."
    raise Unusable(f"There is no team “{name}”. {hint}")


def _write(content: bytes, output: Path | None) -> None:
    if output is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    try:
        output.write_bytes(content)
    except OSError as problem:
        raise Unusable(f"{output} cannot be written: {problem.strerror}.") from None
