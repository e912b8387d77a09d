"""Whether the tests of an entry can be run: their facts, values, subjects and times."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from policies.rules import schema
from policies.rules.checking import Written, bound_fault, meant_type, value_fault
from policies.rules.durations import duration_of, duration_text
from policies.rules.explaining import unknown_fact
from policies.rules.structure import Fault, Path, closest

MOST_STEPS: Final = 400


def test_faults_of(written: Written) -> Iterator[Fault]:
    """Everything that is wrong with the tests of one entry."""
    names: set[str] = set()
    for at, test in enumerate(written.entry.tests):
        path: Path = ("tests", at)
        if test.name in names:
            yield written.fault((*path, "name"), "Another test of the rule has this name.")
        names.add(test.name)
        yield from _param_faults(written, test, path)
        yield from _series_faults(written, test, path)
        yield from _expect_faults(written, test, path)


def _param_faults(written: Written, test: schema.TestEntry, path: Path) -> Iterator[Fault]:
    for name, value in test.params.items():
        place = (*path, "params", name)
        param = written.entry.params.get(name)
        if param is None:
            hint = closest(name, list(written.entry.params))
            yield written.fault_of_key(place, f"The rule has no param {name}.{hint}")
        elif sentence := value_fault(name, meant_type(param), value) or bound_fault(
            name, param, value
        ):
            yield written.fault(place, sentence)


def _series_faults(written: Written, test: schema.TestEntry, path: Path) -> Iterator[Fault]:
    for subject, facts in test.series.items():
        for name, values in facts.items():
            place = (*path, "series", subject, name)
            fact = written.facts.get(name)
            if fact is None:
                yield written.fault_of_key(place, unknown_fact(name, written.facts))
                continue
            for at, value in enumerate(values if isinstance(values, list) else [values]):
                where = (*place, at) if isinstance(values, list) else place
                if sentence := value_fault(name, fact.type, value):
                    yield written.fault(where, sentence)


def _expect_faults(written: Written, test: schema.TestEntry, path: Path) -> Iterator[Fault]:
    try:
        every = duration_of(test.every)
    except ValueError:
        return  # said already
    if not every:
        yield written.fault((*path, "every"), "“every” has to be longer than nothing.")
        return
    if _rest(written) / every > MOST_STEPS:
        says = f"“for” and “keep” take more than {MOST_STEPS} steps of {duration_text(every)}. Take longer ones."
        yield written.fault((*path, "every"), says)
    for at, change in enumerate(test.expect):
        place = (*path, "expect", at)
        yield from _change_faults(written, test, change, place)
        yield from _time_faults(written, change, every, place)


def _rest(written: Written) -> timedelta:
    """How long a test goes on at its end, so that nothing is left waiting."""
    try:
        return duration_of(written.entry.for_) + duration_of(written.entry.keep)
    except ValueError:
        return timedelta(0)  # said already


def _change_faults(
    written: Written, test: schema.TestEntry, change: schema.ExpectEntry, path: Path
) -> Iterator[Fault]:
    if change.subject not in test.series:
        hint = closest(change.subject, list(test.series))
        says = f"The series has no subject {change.subject}.{hint}"
        yield written.fault((*path, "subject"), says)
    if change.impact_usd is not None and written.entry.impact_usd is None:
        yield written.fault_of_key((*path, "impact_usd"), "The rule has no impact_usd to expect.")


def _time_faults(
    written: Written, change: schema.ExpectEntry, every: timedelta, path: Path
) -> Iterator[Fault]:
    try:
        after = duration_of(change.after)
    except ValueError:
        return  # said already
    if after % every:
        says = f"Facts change every {duration_text(every)}: name such a time."
        yield written.fault((*path, "after"), says)
    elif after / every > MOST_STEPS:
        yield written.fault((*path, "after"), f"A test has at most {MOST_STEPS} steps.")
