"""The sources of usage that can be imported: a new one is a file of its own and a line here."""

from typing import Final

from connectors.claude_code import CLAUDE_CODE
from connectors.csv_usage import CSV
from connectors.reading import Source

SOURCES: Final[dict[str, Source]] = {source.name: source for source in (CLAUDE_CODE, CSV)}
