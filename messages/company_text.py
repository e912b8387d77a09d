"""The week of all teams for a terminal: the same words as in Slack, and every team, since a terminal scrolls."""

from textwrap import fill

from messages.company_words import COLUMNS, team_line, words_of_company
from messages.digest_text import LINE
from messages.escape import clip
from policies.company import CompanyDigest

NAME_ROOM = 40


def company_text(digest: CompanyDigest) -> str:
    """The whole week, ending in a newline."""
    words = words_of_company(digest)
    lines = [_row(COLUMNS.cells), *(_row(team_line(one).cells) for one in digest.teams)]
    parts = [
        f"All teams, {words.dates}",
        fill(words.headline, LINE),
        "\n".join(f"  {one.name + ':':39} {one.value:>8}   {one.against}" for one in words.figures),
        fill(words.left_out, LINE),
        "\n".join(lines) if digest.teams else "",
        "Teams stand by name; nothing ranks them.",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _row(cells: tuple[str, ...]) -> str:
    name, verified, tokens, cost, ratio = cells
    row = f"  {clip(name, NAME_ROOM):{NAME_ROOM}} {verified:>8}  {tokens:>13}  {cost:>25}  {ratio:>22}"
    return row.rstrip()
