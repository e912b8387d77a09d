"""`mileage demo`: the bot at work in a local Slack workspace, with no account anywhere."""

import signal
import sys
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from bot.cli.problems import Unusable, explained


def demo(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="The sandbox's port; 0 picks a free one.")
    ] = 8040,
    own_logs: Annotated[
        Path | None,
        typer.Option(
            "--import", metavar="PATH", help="Show your own Claude Code logs, such as ~/.claude."
        ),
    ] = None,
    folder: Annotated[
        Path, typer.Option(help="Where the demo keeps its database and logs.")
    ] = Path(".demo"),
    now: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Start the story and the bot's clock there (ISO 8601)."),
    ] = None,
) -> None:
    """Show the bot at work: a local Slack workspace, a made-up company, twelve weeks of usage.

    Nothing leaves this machine. Ctrl-C ends it.
    """
    from bot.clock import Clock
    from bot.demo.processes import DemoError
    from bot.demo.show import DemoOptions, run_demo

    start = _moment(now)
    signal.signal(signal.SIGTERM, _interrupt)
    with explained():
        if own_logs is not None and not own_logs.expanduser().exists():
            raise Unusable(
                f"There is nothing at {own_logs}. Give the folder of your Claude Code logs."
            )
        logs = own_logs.expanduser().resolve() if own_logs else None
        options = DemoOptions(folder.resolve(), port, logs, start)
        try:
            run_demo(options, start or Clock().now(), _say)
        except DemoError as error:
            raise Unusable(str(error)) from None
        except KeyboardInterrupt:
            _say("\nThe demo has ended.")


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise typer.BadParameter(
            f"“{text}” is no time with a zone, such as 2026-11-16T09:29:50+01:00"
        )
    return moment


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
