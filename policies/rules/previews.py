"""What other parameters would change, fit to be shown: nobody can find one person's figure by trying.

None and few read the same everywhere, a change of few people is left out as if it were none, and what
is shown is so coarse that one finding more or less hardly ever shows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, TypeVar

from policies.privacy import GroupRule, Published, publish, publish_change
from policies.rules.backtest import Found, Tally, at_stake, by_person
from policies.rules.reports import roughly

STEPS: Final = (1, 2, 5, 10)
"""Money is shown as the nearest of these, in its power of ten."""
CENT: Final = Decimal("0.01")

T = TypeVar("T")
Those = Mapping[str, Found]


@dataclass(frozen=True, slots=True)
class Findings:
    """Findings over some days: how many, of how many people, and money at stake; coarse for people."""

    findings: int
    people: int
    impact_usd: Decimal | None


@dataclass(frozen=True, slots=True)
class Change:
    """Findings that only the new parameters would open, and those that only the present ones do.

    Either is 0 also where it is of few people.
    """

    more: int
    fewer: int


@dataclass(frozen=True, slots=True)
class Preview:
    """A rule over the same facts with the present parameters and with new ones.

    `then` is what the present parameters find after `change`, and withheld wherever that is.
    """

    days: int
    now: Published[Findings]
    then: Published[Findings]
    change: Published[Change]


def preview_of(
    now: Tally, then: Tally, days: int, rule: GroupRule, *, is_personal: bool
) -> Preview:
    """Compare two replays of the same days. A rule about teams or sources has nothing of people."""
    more = {key: one for key, one in then.found.items() if key not in now.found}
    fewer = {key: one for key, one in now.found.items() if key not in then.found}
    if is_personal:
        return _of_people(now.found, more, fewer, days, rule)
    return Preview(
        days,
        publish(_exactly(now.found), {}, rule),
        publish(_exactly(then.found), {}, rule),
        publish(Change(len(more), len(fewer)), {}, rule),
    )


def _of_people(now: Those, more: Those, fewer: Those, days: int, rule: GroupRule) -> Preview:
    more, fewer = _unless_few(more, rule), _unless_few(fewer, rule)
    after = {**{key: one for key, one in now.items() if key not in fewer}, **more}
    changed = {**more, **fewer}
    change = _published(Change(roughly(len(more)), roughly(len(fewer))), changed, rule)
    return Preview(
        days,
        _published(_coarsely(now), now, rule),
        _published(_coarsely(after), after, rule)
        if change.withheld is None
        else change.then(lambda _: _coarsely(after)),
        change,
    )


def _unless_few(found: Those, rule: GroupRule) -> Those:
    """Findings of enough people; none at all where they are of few, or mostly of one."""
    return _published(found, found, rule).shown or {}


def _published(value: T, found: Those, rule: GroupRule) -> Published[T]:
    those = found.values()
    return publish_change(value, by_person(those), rule, at_stake(those))


def _exactly(found: Those) -> Findings:
    people = {one.person_id for one in found.values() if one.person_id is not None}
    return Findings(len(found), len(people), _sum(found))


def _coarsely(found: Those) -> Findings:
    exact = _exactly(found)
    return Findings(roughly(exact.findings), roughly(exact.people), _roughly_usd(exact.impact_usd))


def _sum(found: Those) -> Decimal | None:
    known = [one.impact_usd for one in found.values() if one.impact_usd is not None]
    return sum(known, Decimal()) if known else None


def _roughly_usd(amount: Decimal | None) -> Decimal | None:
    """Money as the nearest of $1, $2, $5, $10, $20, $50…: no one's share shows in it."""
    if not amount:
        return amount
    power = Decimal(1).scaleb(amount.adjusted())
    return max(CENT, min((power * step for step in STEPS), key=lambda one: abs(one - amount)))
