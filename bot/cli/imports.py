"""`mileage import SOURCE PATH`: usage from files, with a progress bar and a report."""

import gc
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.problems import FINDINGS, Unusable, explained

if TYPE_CHECKING:
    from datetime import datetime

    from bot.flows.usage import ImportReport
    from bot.settings import Settings
    from connectors.owners import Whose
    from connectors.reading import Finish, OnBytes, Source
    from storage.database import Database

REFUSALS_SHOWN = 10

import_app = typer.Typer(
    name="import",
    help="Import usage from files. Importing the same again changes nothing.",
    no_args_is_help=True,
)

PathArgument = Annotated[
    Path, typer.Argument(metavar="PATH", help="A folder of logs, or one file.")
]
PersonOption = Annotated[
    str | None, typer.Option("--person", metavar="EMAIL", help="Whose usage it is.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the report as JSON.")]


@import_app.command("claude-code")
def claude_code(
    path: PathArgument,
    person: PersonOption = None,
    map_: Annotated[
        Path | None,
        typer.Option("--map", metavar="FILE", help="YAML of folder patterns and whose they are."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Claude Code's local logs: ~/.claude/projects, or any copy of it."""
    with explained():
        if (person is None) == (map_ is None):
            raise Unusable(
                "Say whose usage it is: --person EMAIL, or --map FILE for several people."
            )
        from connectors.owners import by_folder, everything_is

        whose = by_folder(patterns_of(map_)) if map_ else everything_is(address(person or ""))
        run("claude-code", path, whose, as_json=as_json)


@import_app.command("csv")
def csv(path: PathArgument, person: PersonOption = None, as_json: JsonOption = False) -> None:
    """A CSV file with a header; docs/sources.md describes its columns."""
    with explained():
        from connectors.owners import as_stated

        whose = as_stated(address(person) if person is not None else None)
        run("csv", path, whose, as_json=as_json)


def run(name: str, path: Path, whose: "Whose", *, as_json: bool) -> None:
    """Import, and print the report; Unusable where there is nothing to read.

    Reading begins before storage is loaded, because other processes may do it. Exits with 1 when
    something was refused.
    """
    from bot.clock import Clock
    from bot.settings import load_settings
    from connectors.reading import CannotRead
    from connectors.sources import SOURCES

    source = SOURCES[name]
    settings = load_settings()
    now = Clock.starting_at(settings.clock_start).now()
    try:
        with without_cycle_collection(), source.begin(path, now) as finish:
            report = _imported(source, path, finish, whose, settings, now)
    except CannotRead as problem:
        raise Unusable(str(problem)) from None
    show(report, as_json=as_json)
    if report.refused:
        raise typer.Exit(FINDINGS)


def _imported(
    source: "Source",
    path: Path,
    finish: "Finish",
    whose: "Whose",
    settings: "Settings",
    now: "datetime",
) -> "ImportReport":
    from bot.flows.usage import store_reading
    from storage.database import Database

    database = Database.open(settings.database_url.get_secret_value(), connections=1)
    try:
        prepare(database)
        with progress(source, path) as on_bytes:
            return store_reading(database, source, finish(on_bytes), whose, now)
    finally:
        database.dispose()


@contextmanager
def without_cycle_collection() -> Iterator[None]:
    """Looking for cycles among a million tuples costs a fifth of an import, and there are none."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def prepare(database: "Database") -> None:
    """An empty database is created; one of another version is refused."""
    if database.is_empty():
        database.migrate()
    database.require_current()


def show(report: "ImportReport", *, as_json: bool) -> None:
    """Write the report on standard output, and in words also the first refusals."""
    if as_json:
        sys.stdout.write(json.dumps(report_json(report), indent=2, ensure_ascii=False) + "\n")
        return
    for line in lines_of(report):
        sys.stdout.write(line + "\n")
    if report.refused:
        many = len(report.refused)
        sys.stdout.write("1 line refused:\n" if many == 1 else f"{many:,} lines refused:\n")
    for refusal in report.refused[:REFUSALS_SHOWN]:
        sys.stdout.write(f"  {refusal.file}:{refusal.line}: {refusal.reason}\n")
    if len(report.refused) > REFUSALS_SHOWN:
        sys.stdout.write("  … --json lists them all.\n")


def lines_of(report: "ImportReport") -> Iterator[str]:
    """The report in plain words."""
    counts = report.token_counts
    sent, read, written = report.tokens[0], report.tokens[1], report.tokens[-1]
    files = "1 file" if report.files == 1 else f"{report.files:,} files"
    yield f"{report.records:,} records stored or changed; {report.lines:,} lines read in {files}."
    if report.duplicates:
        yield f"{report.duplicates:,} lines told of a response that was counted already."
    yield (
        f"{counts.total:,} tokens: {sent:,} input, {read:,} cache read, "
        f"{counts.total - sent - read - written:,} cache write, {written:,} output."
    )
    yield f"${report.cost_list_usd:,.2f} at list price ({report.price_version})."
    for model, tokens in sorted(report.unknown_models.items()):
        yield f"No price is known for {model}: its {tokens:,} tokens are counted, their cost is not."
    yield "No prompt, answer or tool output was stored."


def report_json(report: "ImportReport") -> dict[str, Any]:
    """The report as documented in docs/sources.md; the cost is in USD."""
    return {
        "files": report.files,
        "lines": report.lines,
        "records": report.records,
        "duplicates": report.duplicates,
        "refused": [refusal._asdict() for refusal in report.refused],
        "tokens": report.token_counts._asdict(),
        "cost_list_usd": float(report.cost_list_usd),
        "unknown_models": dict(sorted(report.unknown_models.items())),
    }


def address(text: str) -> str:
    """An e-mail address in lower case; Unusable for what is none."""
    from connectors.reading import is_email

    email = text.strip().lower()
    if not is_email(email):
        raise Unusable(f"“{text}” is no e-mail address. Write --person ana@example.com.")
    return email


def patterns_of(path: Path) -> list[tuple[str, str]]:
    """Folder patterns and addresses of a map, in its order; Unusable for what is no map."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        content = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise Unusable(f"{path} cannot be read: {problem.strerror}.") from None
    except (YAMLError, UnicodeDecodeError, RecursionError):
        raise Unusable(
            f"{path} is no YAML. Write lines such as “ana-laptop/*: ana@example.com”."
        ) from None
    if not isinstance(content, dict) or not content:
        raise Unusable(f"{path} holds no map. Write lines such as “ana-laptop/*: ana@example.com”.")
    return [(str(pattern), address(str(email))) for pattern, email in content.items()]


@contextmanager
def progress(source: "Source", path: Path) -> "Iterator[OnBytes]":
    """A bar by bytes on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        from connectors.reading import nothing_listens

        yield nothing_listens
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        size = sum(file.stat().st_size for file in source.files(path))
        task = bar.add_task(source.title, total=size)
        yield lambda more: bar.advance(task, more)
