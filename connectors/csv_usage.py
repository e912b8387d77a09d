"""Usage from a CSV: one row a request, or a bucket of requests. Columns: docs/sources.md."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Final

from connectors.lines import LONGEST_LINE, blocks_of_lines, files_under
from connectors.reading import Finish, Observation, OnBytes, Reading, Refusal, Source, is_email
from policies.usage import TokenCounts, microseconds, nanos_from_usd, usage_key_of

SOURCE: Final = "csv"
REQUIRED: Final = ("timestamp", "model", "input_tokens", "output_tokens")
TOKENS: Final = (
    "input_tokens",
    "cache_read_tokens",
    "cache_write_5m_tokens",
    "cache_write_1h_tokens",
    "cache_write_tokens",
    "output_tokens",
)
"""In the order of `TokenCounts`."""

TEXTS: Final = (
    *("session_id", "request_id", "tool", "repo", "branch"),
    *("commit", "pull_request", "ticket", "outcome"),
    *("prompt_id", "workflow", "skill", "agent", "command", "api_key_id"),
)
COLUMNS: Final = (
    *("timestamp", "end", "person", "key", "revision", "model", "requests", "cost_usd"),
    *TOKENS,
    *TEXTS,
)
DELIMITERS: Final = ",;\t"
MOST_TOKENS: Final = 10**11
"""Of one class in one row: more than anybody was ever said to use in a day, and a year of it still adds up."""
"""A bucket may stand for a month of a large company, and no more."""

MOST_USD: Final = Decimal(10**9)
EARLIEST: Final = datetime(2020, 1, 1, tzinfo=UTC)
LONGEST_TEXT: Final = 400
FIRST_LATER: Final = Observation._fields.index("api_key_ref")
SECRETS: Final = ("sk-", "sk_", "aiza", "bearer ")
"""How the secrets of vendors begin."""


class BadRow(ValueError):
    """A row that is left out; the message is the reason."""


@dataclass(slots=True)
class CsvFile:
    """One file being read; `facts` are those of all files so far, by key."""

    name: str
    now: datetime
    facts: dict[bytes, Observation]
    lines: int = 0
    duplicates: int = 0
    place: int = 0
    refused: list[Refusal] = field(default_factory=list)
    same: Counter[Observation] = field(default_factory=Counter)

    def read(self, blocks: Iterable[list[bytes | None]]) -> None:
        """Take the rows; a file whose header is not understood is refused whole."""
        lines = self.decoded(blocks)
        header = next(lines, "")
        if header.lower().startswith("sep="):
            header = next(lines, "")
        delimiter = max(DELIMITERS, key=header.count)
        columns = [
            cell.strip().lower() for cell in next(csv.reader([header], delimiter=delimiter), [])
        ]
        if problem := wrong_with(columns):
            self.refuse(max(self.place, 1), problem)
            return
        self.read_rows(csv.reader(lines, delimiter=delimiter), columns)

    def read_rows(self, rows: Iterator[list[str]], columns: list[str]) -> None:
        """Take each row, or refuse it by its line."""
        while True:
            try:
                cells = next(rows)
            except StopIteration:
                return
            except csv.Error:
                self.lines += 1
                self.refuse(self.place, "the row cannot be taken apart into columns")
                continue
            if not any(cell.strip() for cell in cells):
                continue
            self.lines += 1
            try:
                self.take(row_of(columns, cells))
            except BadRow as problem:
                self.refuse(self.place, str(problem))

    def take(self, row: dict[str, str]) -> None:
        """Keep the row's fact; of rows with one key the higher revision."""
        fact = observation(row, self.now)
        if not row.get("key"):
            ordinal = self.same[fact]
            self.same[fact] += 1
            fact = keyed(fact, repr((_told(fact), ordinal)))
        known = self.facts.get(fact.usage_key)
        self.duplicates += known is not None
        if known is None or known.revision < fact.revision:
            self.facts[fact.usage_key] = fact

    def decoded(self, blocks: Iterable[list[bytes | None]]) -> Iterator[str]:
        """The lines as text; what is no text is refused."""
        for block in blocks:
            for line in block:
                self.place += 1
                if line is None:
                    self.refuse(self.place, f"longer than {LONGEST_LINE >> 20} MB")
                    continue
                try:
                    text = line.decode("utf-8-sig" if self.place == 1 else "utf-8")
                except UnicodeDecodeError:
                    self.refuse(self.place, "not UTF-8; save the file as “CSV UTF-8”")
                    continue
                yield text.removesuffix("\r") + "\n"

    def refuse(self, line: int, reason: str) -> None:
        """Leave a line out, and say so."""
        self.refused.append(Refusal(self.name, line, reason))


@contextmanager
def begin(path: Path, now: datetime) -> Iterator[Finish]:
    """One CSV file, or every one under a folder; CannotRead where there is none."""
    files = csv_files(path)
    yield partial(read, files, path if path.is_dir() else path.parent, now)


def read(files: list[Path], root: Path, now: datetime, on_bytes: OnBytes) -> Reading:
    """Everything that the files tell."""
    facts: dict[bytes, Observation] = {}
    lines = duplicates = 0
    refused: list[Refusal] = []
    for one in files:
        file = CsvFile(str(one.relative_to(root)), now, facts)
        try:
            with one.open("rb", buffering=0) as raw:
                file.read(blocks_of_lines(raw, on_bytes))
        except OSError as error:
            file.refuse(1, f"cannot be read: {error.strerror or 'unknown error'}")
        lines, duplicates = lines + file.lines, duplicates + file.duplicates
        refused += file.refused
    in_order = sorted(facts.values(), key=lambda fact: (fact.start_us, fact.usage_key))
    return Reading(len(files), lines, duplicates, refused, in_order)


def csv_files(path: Path) -> list[Path]:
    """The file, or the .csv files under a folder."""
    return files_under(
        path, ".csv", "Give a CSV file; its columns are described in docs/sources.md."
    )


def wrong_with(columns: list[str]) -> str | None:
    """What a header has that it may not, or lacks; None for a good one."""
    for column in columns:
        if column not in COLUMNS:
            near = get_close_matches(column, COLUMNS, n=1, cutoff=0.6)
            hint = f"did you mean “{near[0]}”?" if near else f"known are {', '.join(COLUMNS)}"
            return f"unknown column “{column[:40]}”; {hint}"
        if columns.count(column) > 1:
            return f"column “{column}” is there twice"
    missing = [column for column in REQUIRED if column not in columns]
    return f"the header lacks {', '.join(missing)}" if missing else None


def row_of(columns: list[str], cells: list[str]) -> dict[str, str]:
    """Cells by column; trailing empty cells, which spreadsheets add, are no matter."""
    if any(cell.strip() for cell in cells[len(columns) :]):
        raise BadRow(f"has more than {len(columns)} columns")
    return {column: cell.strip() for column, cell in zip(columns, cells, strict=False)}


def observation(row: dict[str, str], now: datetime) -> Observation:
    """The fact of a row, with the key of its `key` column, if it has one; BadRow otherwise."""
    if not (model := text(row, "model")):
        raise BadRow("model is empty")
    start = moment(row, "timestamp", now)
    if start is None:
        raise BadRow("timestamp is empty")
    end = moment(row, "end", now)
    if end is not None and end < start:
        raise BadRow("end is before timestamp")
    requests = number(row, "requests", MOST_TOKENS)
    tokens = TokenCounts(*(number(row, name, MOST_TOKENS) for name in TOKENS))
    if tokens.input_uncached is None or tokens.output_total is None:
        raise BadRow("input_tokens or output_tokens is empty")
    fact = Observation(
        owner=owner(row),
        usage_key=b"",
        start_us=start,
        model=model,
        input_uncached=tokens.input_uncached,
        cache_read=tokens.cache_read,
        cache_write_5m=tokens.cache_write_5m,
        cache_write_1h=tokens.cache_write_1h,
        cache_write_other=tokens.cache_write_other,
        output_total=tokens.output_total,
        revision=number(row, "revision", 2**62) or 0,
        requests=requests,
        cost_reported_nusd=cost(row),
        end_us=end,
        is_bucket=end is not None or (requests or 1) > 1,
        session_id=text(row, "session_id"),
        request_id=text(row, "request_id"),
        tool=text(row, "tool"),
        repo=text(row, "repo"),
        branch=text(row, "branch"),
        commit_sha=text(row, "commit"),
        pull_request=text(row, "pull_request"),
        ticket=text(row, "ticket"),
        outcome_tag=text(row, "outcome"),
        api_key_ref=key_id(row),
        prompt_id=text(row, "prompt_id"),
        workflow_id=workflow(row),
        agent_name=text(row, "agent"),
    )
    key = text(row, "key")
    return keyed(fact, f"key\0{fact.owner}\0{key}") if key else fact


def workflow(row: dict[str, str]) -> str | None:
    """The workflow of a row: as it is named, else its skill, else where no agent is named its command.

    A command is kept by its first word and with its repository; what follows was typed by a person.
    """
    named = text(row, "workflow") or text(row, "skill")
    command, repo = text(row, "command"), text(row, "repo")
    if named or not command or text(row, "agent"):
        return named
    name = command.split()[0]
    return f"{repo}: {name}" if repo else name


def _told(fact: Observation) -> tuple[object, ...]:
    """What a row says of itself; columns that came later count where they are filled, so that files
    imported before keep their keys.
    """
    fields = tuple(fact)
    later = fields[FIRST_LATER:]
    return fields if any(one is not None for one in later) else fields[:FIRST_LATER]


def keyed(fact: Observation, source_key: str) -> Observation:
    """The fact with the key of its identity."""
    return fact._replace(usage_key=usage_key_of(SOURCE, source_key, fact.start_us))


def owner(row: dict[str, str]) -> str:
    """The person's address in lower case, "" for a row that names nobody."""
    address = row.get("person", "").lower()
    if address and not is_email(address):
        raise BadRow("person is not an e-mail address")
    return address


def text(row: dict[str, str], column: str) -> str | None:
    """A cell, None for an empty one."""
    cell = row.get(column) or None
    if cell is not None and len(cell) > LONGEST_TEXT:
        raise BadRow(f"{column} is longer than {LONGEST_TEXT} characters")
    if cell is not None and "\0" in cell:
        raise BadRow(f"{column} holds a NUL character")
    return cell


def key_id(row: dict[str, str]) -> str | None:
    """The name or id of the API key; a key itself is refused, and never stored."""
    cell = text(row, "api_key_id")
    if cell is not None and cell.lower().startswith(SECRETS):
        raise BadRow("api_key_id holds a key; give its name or id")
    return cell


def number(row: dict[str, str], column: str, most: int) -> int | None:
    """A whole number from 0, None for an empty cell."""
    cell = row.get(column)
    if not cell:
        return None
    if not (cell.isascii() and cell.isdigit()) or len(cell) > 20 or int(cell) > most:
        raise BadRow(f"{column} is not a sensible whole number")
    return int(cell)


def cost(row: dict[str, str]) -> int | None:
    """Nano-dollars of a cost in USD, with a point or a comma; None for an empty cell."""
    cell = row.get("cost_usd")
    if not cell:
        return None
    try:
        usd = Decimal(cell.replace(",", ".") if "." not in cell else cell)
    except InvalidOperation:
        raise BadRow("cost_usd is not an amount") from None
    if not (usd.is_finite() and 0 <= usd <= MOST_USD):
        raise BadRow("cost_usd is not a sensible amount")
    return nanos_from_usd(usd)


def moment(row: dict[str, str], column: str, now: datetime) -> int | None:
    """Microseconds of an ISO 8601 time with its zone, or of a day, which begins at 0:00 UTC."""
    cell = row.get(column)
    if not cell:
        return None
    try:
        when = datetime.fromisoformat(cell)
    except ValueError:
        raise BadRow(f"{column} is not like 2026-03-02T08:00:00Z") from None
    if when.tzinfo is None:
        if len(cell) > len("2026-03-02"):
            raise BadRow(f"{column} has no time zone; write 2026-03-02T08:00:00Z")
        when = when.replace(tzinfo=UTC)
    if when < EARLIEST or (when - now).days > 366:
        raise BadRow(f"{column} is in no sensible year")
    return microseconds(when)


CSV: Final = Source(
    name=SOURCE, title="A CSV file", files=csv_files, begin=begin, owner_is_email=True
)
