"""What other parameters would change, fit to be shown: nobody can find one person's figure by trying."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from policies.privacy import GroupRule, Published, publish, publish_change
from policies.rules.backtest import Found, Tally, at_stake, by_person


@dataclass(frozen=True, slots=True)
class Findings:
    """Findings over some days: how many, of how many people, and money at stake to two digits."""

    findings: int
    people: int
    impact_usd: Decimal | None


@dataclass(frozen=True, slots=True)
class Change:
    """Findings that only the new parameters would open, and those that only the present ones do."""

    more: int
    fewer: int


@dataclass(frozen=True, slots=True)
class Preview:
    """A rule over the same facts with the present parameters and with new ones.

    `then` is withheld wherever `change` is, since the two figures tell it.
    """

    days: int
    now: Published[Findings]
    then: Published[Findings]
    change: Published[Change]


def preview_of(
    now: Tally, then: Tally, days: int, rule: GroupRule, *, is_personal: bool
) -> Preview:
    """Compare two replays of the same days. A rule about teams or sources has nothing of people."""
    more = [one for key, one in then.found.items() if key not in now.found]
    fewer = [one for key, one in now.found.items() if key not in then.found]
    change = Change(len(more), len(fewer))
    present, new = _findings(now), _findings(then)
    if not is_personal:
        return Preview(
            days, publish(present, {}, rule), publish(new, {}, rule), publish(change, {}, rule)
        )
    may_show_change = _published_change(change, more, fewer, rule)
    may_show_new = publish(new, by_person(then.found.values()), rule, at_stake(then.found.values()))
    return Preview(
        days,
        publish(present, by_person(now.found.values()), rule, at_stake(now.found.values())),
        may_show_new if may_show_change.withheld is None else may_show_change.then(lambda _: new),
        may_show_change,
    )


def _published_change(
    change: Change, more: Collection[Found], fewer: Collection[Found], rule: GroupRule
) -> Published[Change]:
    """The change, where it is of enough people in all, and in each direction that there is any."""
    either = [*more, *fewer]
    shown = publish_change(change, by_person(either), rule, at_stake(either))
    for direction in (more, fewer):
        if direction and shown.withheld is None:
            shown = publish_change(change, by_person(direction), rule, at_stake(direction))
    return shown


def _findings(tally: Tally) -> Findings:
    return Findings(len(tally.found), len(tally.people), _two_digits(_sum(tally.found.values())))


def _sum(found: Collection[Found]) -> Decimal | None:
    known = [one.impact_usd for one in found if one.impact_usd is not None]
    return sum(known, Decimal()) if known else None


def _two_digits(amount: Decimal | None) -> Decimal | None:
    """Money rounded so that no one's share shows in it: $1,234.56 as $1,200."""
    if not amount:
        return amount
    grain = Decimal(1).scaleb(max(amount.adjusted() - 1, -2))
    return Decimal(int((amount / grain).to_integral_value())) * grain
