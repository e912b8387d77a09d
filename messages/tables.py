"""Tables as data: Slack's own block, and lines of even columns where that is not taken."""

from dataclasses import dataclass
from typing import Any, Final

from messages.escape import clip, mrkdwn, plain

CELL_ROOM = 60
TEXT_ROOM = 2900
PAGE_ROWS: Final = 12


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell says, and its value where that is a number."""

    text: str
    number: float | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under named columns; the first column names the rows."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def data_table(table: Table, block_id: str = "table") -> dict[str, Any]:
    """Slack's table block."""
    head = [{"type": "raw_text", "text": name} for name in table.head]
    return {
        "type": "data_table",
        "block_id": block_id,
        "caption": table.caption,
        "page_size": PAGE_ROWS,
        "row_header_column_index": 0,
        "rows": [head, *([_cell(cell) for cell in row] for row in table.rows)],
    }


def table_in_mrkdwn(table: Table) -> str:
    """The table as preformatted text; the rows at its end leave where it would not fit."""
    lines = _lines(table, escaped=True)
    while sum(len(line) + 1 for line in lines) > TEXT_ROOM:
        lines.pop()
    return "```\n" + "\n".join(lines) + "\n```"


def table_in_text(table: Table) -> str:
    """The table as plain text."""
    return "\n".join(_lines(table, escaped=False))


def _cell(cell: Cell) -> dict[str, Any]:
    text = plain(cell.text, CELL_ROOM)
    if cell.number is None:
        return {"type": "raw_text", "text": text}
    return {"type": "raw_number", "value": cell.number, "text": text}


def _lines(table: Table, *, escaped: bool) -> list[str]:
    """Every row with its columns padded: names to the left, numbers to the right."""
    rows = [[Cell(name) for name in table.head], *(list(row) for row in table.rows)]
    said = [[clip(cell.text, CELL_ROOM) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in said) for column in range(len(table.head))]
    is_number = [
        any(row[column].number is not None for row in table.rows)
        for column in range(len(table.head))
    ]
    return [
        "  ".join(
            _padded(text, width, number, escaped)
            for text, width, number in zip(row, widths, is_number, strict=True)
        ).rstrip()
        for row in said
    ]


def _padded(text: str, width: int, is_number: bool, escaped: bool) -> str:
    space = " " * (width - len(text))
    shown = mrkdwn(text) if escaped else text
    return space + shown if is_number else shown + space
