"""One figure of a week and what can be said of it against the team's own weeks before."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from messages.against import against
from messages.escape import mrkdwn
from policies.digest import TeamDigest
from policies.metrics import TeamWeek, WeekFigures

Pick = Callable[[WeekFigures], Decimal | None]
FACT_ROOM = 500
Form = Callable[[Decimal], str]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure under its name; `against` sets it beside others, "" where nothing is to be said."""

    name: str
    value: str
    against: str


def figure_text(figure: Figure) -> str:
    """`*9*, above its usual range (4 to 7)` under the figure's name, in mrkdwn."""
    joint = " " if figure.against.startswith("of ") else ", "
    rest = f"{joint}{mrkdwn(figure.against)}" if figure.against else ""
    return f"{mrkdwn(figure.name)}\n*{mrkdwn(figure.value)}*{rest}"


def fact_lines(facts: Sequence[str]) -> str:
    """Sentences a line each, in mrkdwn."""
    return "\n".join(mrkdwn(fact, FACT_ROOM) for fact in facts)


def figure(digest: TeamDigest, name: str, pick: Pick, form: Form) -> Figure:
    """A figure about usage beside the weeks before that may show it."""
    now = digest.this_week.figures.shown
    value = pick(now) if now else None
    said = "none this week" if value is None else form(value)
    return Figure(name, said, against(value, earlier(digest.history, pick), form))


def earlier(weeks: Sequence[TeamWeek], pick: Pick) -> list[Decimal | None]:
    """The figure in each of the weeks; None where it is withheld or nothing divides."""
    return [pick(shown) if (shown := week.figures.shown) else None for week in weeks]
