"""`mileage privacy`: for the privacy officer. Settings and counts; one person's data goes to a file for them alone."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.problems import FINDINGS, Unusable, explained
from bot.settings import Settings, load_settings

if TYPE_CHECKING:
    from policies.people import Person
    from storage.database import Database

privacy_app = typer.Typer(
    name="privacy",
    help="For the privacy officer: what is kept and for how long; export or forget one person at their wish.",
    no_args_is_help=True,
)

EmailArgument = Annotated[
    str, typer.Argument(metavar="EMAIL", help="The address under which the person is known.")
]


@privacy_app.command("status")
def status(
    as_json: Annotated[bool, typer.Option("--json", help="Write the result as JSON.")] = False,
) -> None:
    """Write the settings, and what is kept: rows by table and the oldest day. No person's figure is in it."""
    with _opened() as (settings, database):
        found = _status(settings, database)
    if as_json:
        typer.echo(json.dumps(found, indent=2, ensure_ascii=False))
        return
    for line in _lines(found):
        typer.echo(line)


@privacy_app.command("export")
def export(
    email: EmailArgument,
    output: Annotated[
        Path,
        typer.Option("--output", metavar="FILE", help="Where the ZIP goes; it is not overwritten."),
    ],
) -> None:
    """Export what is kept about one person, for that person.

    It is audited, and the person reads in Slack that it happened. Exit code 1 where nobody is known
    under the address.
    """
    with _opened() as (settings, database):
        from bot.clock import Clock
        from bot.flows.personal_export import export_of

        person = _known(database, email)
        if output.exists():
            raise Unusable(f"{output} is there already. Choose another name.")
        now = Clock.starting_at(settings.clock_start).now()
        made = export_of(database, now, person, None)
        try:
            _write_for_oneself(output, made.content)
        except OSError as problem:
            raise Unusable(f"{output} cannot be written: {problem.strerror}.") from None
    typer.echo(f"{made.rows:,} rows are in {output}. Hand it to that person alone.")


@privacy_app.command("forget")
def forget(
    email: EmailArgument,
    sure: Annotated[
        bool, typer.Option("--yes", help="Do not ask: for scripts, and where there is no terminal.")
    ] = False,
) -> None:
    """Delete what is kept about one person, at their wish: someone who has left, or was never in Slack.

    Outcomes, amounts of budgets, the audit trail and the sums of closed weeks stay, without a name.
    Exit code 1 where nobody is known under the address.
    """
    with _opened() as (settings, database):
        from bot.clock import Clock
        from bot.flows.forgetting import forget as forget_person

        person = _known(database, email)
        if not sure and not _confirmed(email):
            typer.echo("Nothing is deleted.")
            return
        done = forget_person(database, Clock.starting_at(settings.clock_start).now(), person, None)
    typer.echo(
        f"{sum(done.deleted.values()) if done else 0:,} rows are deleted. Usage that arrives under {email} "
        "from now on counts for a new person, unless you stop collecting it."
    )


def _write_for_oneself(path: Path, content: bytes) -> None:
    """Write a new file that nobody else on the machine can read."""
    with open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(content)


@contextmanager
def _opened() -> "Iterator[tuple[Settings, Database]]":
    with explained():
        settings = load_settings()
        from storage.database import Database

        database = Database.open(settings.database_url.get_secret_value())
        try:
            database.require_current()
            yield settings, database
        finally:
            database.dispose()


def _known(database: "Database", email: str) -> "Person":
    from storage import people

    with database.reading() as session:
        person = people.find_person_by_email(session, email)
    if person is None:
        typer.echo(f"Nobody is known under {email}.", err=True)
        raise typer.Exit(FINDINGS)
    return person


def _confirmed(email: str) -> bool:
    if not sys.stdin.isatty():
        raise Unusable("Add --yes to delete without being asked.")
    return typer.confirm(f"Delete for good what is kept about {email}?")


def _status(settings: Settings, database: "Database") -> dict[str, Any]:
    from bot.clock import Clock
    from bot.flows.privacy import organisation
    from policies.privacy import GroupRule
    from storage import privacy_reports

    now = Clock.starting_at(settings.clock_start).now()
    with database.reading() as session:
        group = organisation(session, now, GroupRule(settings.minimum_group))
        tables = list(privacy_reports.rows_by_table(session))
    return {
        "minimum_group": group.group_rule.minimum,
        "dominant_share": group.group_rule.dominant_share,
        "retention_days": settings.retention_days,
        "digests_of_twelve_weeks": group.digests,
        "digests_withheld": group.withheld,
        "people": group.people,
        "forgotten": group.forgotten,
        "tables": [
            {
                "table": one.table,
                "rows": one.rows,
                "oldest": str(one.oldest) if one.oldest else None,
            }
            for one in tables
        ],
    }


def _lines(found: dict[str, Any]) -> Iterator[str]:
    days = found["retention_days"]
    yield f"Minimum group: {found['minimum_group']} active people, nobody over {found['dominant_share']:.0%}"
    yield f"Retention: {f'{days} days' if days else 'none; set MILEAGE_RETENTION_DAYS'}"
    yield (
        f"Digests of the last twelve weeks: {found['digests_of_twelve_weeks']:,}, "
        f"of which {found['digests_withheld']:,} withheld tokens and cost"
    )
    yield f"People: {found['people']:,} known, {found['forgotten']:,} forgotten"
    yield ""
    yield "Rows about people"
    for one in found["tables"]:
        since = f"  since {one['oldest']}" if one["oldest"] else ""
        yield f"  {one['table']:<22} {one['rows']:>12,}{since}"
