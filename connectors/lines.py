"""Reads files line by line in bounded memory, however long a line is."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from connectors.reading import CannotRead, OnBytes

BLOCK: Final = 1 << 18
LONGEST_LINE: Final = 64 << 20
"""Bytes; a longer line is skipped without being held, and refused."""


def blocks_of_lines(
    file: BinaryIO, on_bytes: OnBytes, longest: int = LONGEST_LINE, block: int = BLOCK
) -> Iterator[list[bytes | None]]:
    """The file's lines without their newlines, in lists; None for a line longer than `longest`."""
    rest: list[bytes] = []
    held = 0
    skipping = False
    while data := file.read(block):
        on_bytes(len(data))
        first, *others = data.split(b"\n")
        if not skipping:
            rest.append(first)
            held += len(first)
        if held > longest:
            rest, held, skipping = [], 0, True
        if others:
            last = others.pop()
            yield [None if skipping else b"".join(rest), *others]
            rest, held, skipping = [last], len(last), False
    if held or skipping:
        yield [None if skipping else b"".join(rest)]


def files_under(path: Path, suffix: str, hint: str) -> list[Path]:
    """The file itself, or every file below the folder that ends in `suffix`, sorted by path.

    Links below the folder are not followed. CannotRead, with the hint, where there is no file.
    """
    try:
        if path.is_file():
            return [path]
        if not path.is_dir():
            raise CannotRead(f"There is no file or folder {path}. {hint}")
        files = sorted(_walk(path, suffix))
    except OSError as error:
        raise CannotRead(f"{path} cannot be read: {error.strerror}.") from None
    if not files:
        raise CannotRead(f"There is no *{suffix} file under {path}. {hint}")
    return files


def _walk(folder: Path, suffix: str) -> Iterator[Path]:
    for where, _, names in os.walk(folder):
        for name in names:
            path = Path(where, name)
            if name.endswith(suffix) and path.is_file() and not path.is_symlink():
                yield path  # no pipe or device: reading one may never end
