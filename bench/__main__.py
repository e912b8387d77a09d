"""`python -m bench [NAME…]`: run the named questions, or all, and print one table."""

import importlib
import pkgutil
import sys

import bench
from bench.table import Row, show

NOT_QUESTIONS = {"__main__", "digest_data", "table"}


def main(names: list[str]) -> int:
    """Measure, print, and return 1 when an aim was missed."""
    known = sorted({module.name for module in pkgutil.iter_modules(bench.__path__)} - NOT_QUESTIONS)
    if unknown := sorted(set(names) - set(known)):
        print(f"No such question: {', '.join(unknown)}. There are: {', '.join(known)}.")
        return 2
    rows: list[Row] = []
    for name in names or known:
        print(f"measuring {name} …", file=sys.stderr)
        rows += importlib.import_module(f"bench.{name}").measure()
    show(rows)
    return 0 if all(row.met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
