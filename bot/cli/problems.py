"""Exit codes, and the one sentence that a person gets instead of a traceback."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer

from bot.settings import SettingsError

FINDINGS = 1
UNUSABLE = 2


class Unusable(Exception):
    """The command cannot be done as asked; the message is the sentence."""


@contextmanager
def explained() -> Iterator[None]:
    """Turn what an operator can act on into one sentence on standard error and exit code 2."""
    from storage.errors import StorageError

    try:
        yield
    except (SettingsError, StorageError, Unusable) as problem:
        stop(str(problem))


def stop(sentence: str, code: int = UNUSABLE) -> NoReturn:
    """Say why on standard error, and leave."""
    sys.stderr.write(f"{sentence}\n")
    raise typer.Exit(code)
