"""No query orders people by what they consumed. Ranking must stay unbuildable."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("storage", "policies", "connectors", "messages", "bot")
CONSUMPTION = re.compile(
    r"token|cost|nusd|usd|spend|input_uncached|cache_|output_|requests|records|\bsum\b|count\b"
)
ORDERING_CALLS = {"order_by", "sorted", "sort", "max", "min", "nlargest", "nsmallest", "rank"}
WINDOWS = {"rank", "dense_rank", "row_number", "ntile", "percent_rank", "cume_dist", "over"}
# Extremes of one source, never over people.
ALLOWED = {"func.min(day_table.c.trust)", "func.max(day_table.c.data_as_of_us)"}

SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def orderings(source: str) -> Iterator[str]:
    """Every ordering, extreme or window in the source, as text; SQL strings included."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and _name(node.func) in ORDERING_CALLS | WINDOWS:
            yield ast.unparse(node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from re.findall(r"(?is)order\s+by\s+[^)]*", node.value)


def ranks_people(ordering: str) -> bool:
    """Whether what is ordered by is consumption."""
    head, _, ordered_by = ordering.rpartition("order_by(")
    what = ordered_by if head else ordering
    return ordering not in ALLOWED and bool(CONSUMPTION.search(what))


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def test_no_query_orders_by_consumption() -> None:
    found = {
        str(path.relative_to(ROOT)): ranking
        for path in SOURCES
        for ranking in orderings(path.read_text(encoding="utf-8"))
        if ranks_people(ranking) and ("order" in ranking or path.is_relative_to(ROOT / "storage"))
    }
    assert found == {}, "Order by name or id instead."


@pytest.mark.parametrize(
    "attempt",
    [
        "select(Row).order_by(Row.tokens)",
        "select(Row).order_by(col(Row.person_id), desc(func.sum(Row.cost_list_nusd)))",
        "text('SELECT person_id FROM engineer_day ORDER BY sum(tokens) DESC')",
        "sorted(weeks, key=lambda week: week.tokens)",
        "weeks.sort(key=attrgetter('cost_list'))",
        "heapq.nlargest(10, weeks, key=lambda week: week.cost_list)",
        "func.rank().over(order_by=Row.tokens)",
    ],
)
def test_the_check_sees_a_ranking(attempt: str) -> None:
    assert any(map(ranks_people, orderings(attempt)))


def test_the_check_lets_names_and_ids_pass() -> None:
    assert not any(map(ranks_people, orderings("select(P).order_by(P.name, P.id)")))
