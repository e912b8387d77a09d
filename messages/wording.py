"""Numbers, money, days and moments in the words that people read. Every amount carries its unit."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Decimal

from policies.amounts import Amount, BudgetUnit
from policies.outcomes import KeyKind, OutcomeKey
from policies.reviews import Impact, ImpactUnit
from policies.usage import Trust

ABOUT_LEVEL = Decimal("0.05")
_UNITS = ((10**12, "T"), (10**9, "B"), (10**6, "M"), (10**3, "k"))
_TRUST = {
    Trust.LOCAL_FILE: "local files",
    Trust.CLIENT_TELEMETRY: "reported by the tool",
    Trust.GATEWAY: "counted by the gateway",
    Trust.PROVIDER: "from the provider",
}


def amount(tokens: int) -> str:
    """`812`, `812k`, `40M`, `1.23B`: three significant digits."""
    rounded = int(significant(Decimal(tokens), 3))
    for unit, sign in _UNITS:
        if rounded >= unit:
            return f"{(Decimal(rounded) / unit).normalize():f}{sign}"
    return str(tokens)


def tokens(count: int) -> str:
    """`40M tokens`, `1 token`."""
    return f"{amount(count)} {'token' if count == 1 else 'tokens'}"


def budget(of: Amount) -> str:
    """An amount in the unit of its budget: `40M tokens`, `$50.00`."""
    return tokens(of.value) if of.unit is BudgetUnit.TOKENS else usd(of.usd)


def usd(money: Decimal) -> str:
    """`$12.30`, `$1,235`, `$0.004`; two significant digits below a cent."""
    if money == 0:
        return "$0"
    if abs(money) < Decimal("0.01"):
        return f"${significant(money, 2).normalize():f}"
    return f"${money:,.0f}" if abs(money) >= 1000 else f"${money:,.2f}"


def ratio(value: Decimal) -> str:
    """`0.020`, `0.9`, `1.1`, `12`, `1,240`: two significant digits, whole from ten on."""
    if value == 0:
        return "0"
    if abs(value) >= 10:
        return f"{value:,.0f}"
    rounded = significant(value, 2)
    return f"{rounded:f}" if abs(rounded) < Decimal("0.1") else f"{rounded.normalize():f}"


def significant(value: Decimal, digits: int) -> Decimal:
    """The value rounded to that many significant digits."""
    if value == 0:
        return Decimal(0)
    place = Decimal(1).scaleb(value.adjusted() - digits + 1)
    return value.quantize(place, rounding=ROUND_HALF_EVEN)


def percent(share: float) -> str:
    """`87%`; `under 1%` and `over 99%` rather than a false 0% or 100%."""
    if 0 < share < 0.01:
        return "under 1%"
    if 0.99 < share < 1:
        return "over 99%"
    return f"{share:.0%}"


def simulated(chance: float) -> str:
    """`87%`; a simulation that always ended one way is `over 99%` or `under 1%`, never certain."""
    return percent(min(max(chance, 0.001), 0.999))


def change(now: Decimal, before: Decimal) -> str:
    """`up 12%`, `down 8%` or `about level` (within 5%)."""
    if before == 0:
        return "about level" if now == 0 else "up from none"
    relative = now / before - 1
    if abs(relative) < ABOUT_LEVEL:
        return "about level"
    return f"{'up' if relative > 0 else 'down'} {abs(relative):,.0%}"


def count(number: int, one: str, many: str | None = None) -> str:
    """`1 outcome`, `3 outcomes`, `no outcomes`."""
    word = one if number == 1 else many or f"{one}s"
    return f"{number:,} {word}" if number else f"no {word}"


def listed(words: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *before, last = words
    return f"{', '.join(before)} and {last}" if before else last


def day(when: date, today: date | None = None) -> str:
    """`Fri 20 Nov`, with the year where it is not that of `today`."""
    year = "" if today is None or when.year == today.year else f" {when.year}"
    return f"{when:%a} {when.day} {when:%b}{year}"


def deadline(when: date, today: date) -> str:
    """`Fri 20 Nov, in 3 days`, `today`, `2 days late`."""
    left = (when - today).days
    if left < 0:
        return f"{day(when, today)}, {count(-left, 'day')} late"
    return f"{day(when, today)}, {('today', 'tomorrow')[left] if left < 2 else f'in {left} days'}"


def span(first: date, last: date) -> str:
    """`16 to 22 November 2026`, `28 December 2026 to 3 January 2027`."""
    end = f"{last.day} {last:%B} {last.year}"
    if first.year != last.year:
        return f"{first.day} {first:%B} {first.year} to {end}"
    return f"{first.day}{'' if first.month == last.month else f' {first:%B}'} to {end}"


def short_day(when: date) -> str:
    """`16 Nov`: the label of a week by its Monday."""
    return f"{when.day} {when:%b}"


def moment(when: datetime) -> str:
    """An aware moment in mrkdwn, shown in each reader's own zone, with a UTC fallback."""
    return f"<!date^{int(when.timestamp())}^{{date_short_pretty}} at {{time}}|{utc(when)}>"


def utc(when: datetime) -> str:
    """`2026-11-16 09:30 UTC`."""
    return f"{when.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def trust(level: Trust) -> str:
    """Where a source's figures come from, which is how hard they are to inflate."""
    return _TRUST[level]


def impact(one: Impact) -> str:
    """`3.5 hours saved a week`, `$1,200 of revenue a year`."""
    if one.unit is ImpactUnit.REVENUE:
        return f"${one.amount:,f} of revenue a year"
    return f"{one.amount:,f} {one.unit}"


def key(one: OutcomeKey) -> str:
    """A key as a person would type it."""
    if one.kind in (KeyKind.BRANCH, KeyKind.TAG):
        return f"{one.kind}:{one.value}"
    return one.value
