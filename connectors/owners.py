"""Whose usage it is: from what a source says to an e-mail address."""

from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase

Whose = Callable[[str], str | None]
"""From an owner, in the source's terms, to an e-mail address; None where nobody is named."""


def everything_is(email: str) -> Whose:
    """All of it is this person's, unless the source itself names another."""
    return lambda _owner: email


def by_folder(patterns: Sequence[tuple[str, str]]) -> Whose:
    """The person of the first pattern that matches the folder, or a folder that it is in.

    Patterns are globs of folders below the imported path: `*` matches anything, `/` as well.
    """

    def whose(folder: str) -> str | None:
        return next(
            (email for pattern, email in patterns if _matches(folder, pattern.strip("/"))), None
        )

    return whose


def as_stated(otherwise: str | None) -> Whose:
    """Whom the source itself names, else the given person."""
    return lambda owner: owner or otherwise


def _matches(folder: str, pattern: str) -> bool:
    parts = folder.split("/")
    return any(fnmatchcase("/".join(parts[:depth]), pattern) for depth in range(1, len(parts) + 1))
