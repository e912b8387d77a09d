"""The shape of the code: what layers may not do, beyond what import-linter holds."""

import ast
import re
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("policies", "connectors", "storage", "messages", "bot", "sandbox")
LONGEST_FILE = 420


def sources(*folders: str) -> Iterator[tuple[str, str]]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations/versions" in path.as_posix():
                continue  # history: a list of tables, never edited
            yield str(path.relative_to(ROOT)), path.read_text("utf-8")


def lines_with(pattern: str, *folders: str) -> list[str]:
    return [
        f"{name}:{number}: {line.strip()}"
        for name, text in sources(*folders)
        for number, line in enumerate(text.splitlines(), start=1)
        if re.search(pattern, line)
    ]


def names_used(text: str) -> set[str]:
    """Every name and attribute that code mentions, outside strings and comments."""
    tree = ast.parse(text)
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} | {
        node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)
    }


def imports_of(text: str) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def test_the_core_reads_no_clock() -> None:
    assert lines_with(r"\.now\(|\.utcnow\(|\.today\(|time\.time\(", "policies") == []


def test_one_file_reads_the_clock() -> None:
    found = lines_with(r"\.now\(UTC|\.utcnow\(|\.today\(|time\.time\(", *PACKAGES[:-1])
    assert {line.split(":")[0] for line in found} == {"bot/clock.py"}


def test_the_edge_writes_no_blocks() -> None:
    found = lines_with(r"""["']type["']\s*:""", "bot")
    logs_not_blocks = "bot/demo/usage.py"  # writes the tool's own log format
    assert [line for line in found if not line.startswith(logs_not_blocks)] == []


def test_listeners_touch_neither_sessions_nor_queries() -> None:
    for name, text in sources("bot/listeners"):
        stored = {one for one in imports_of(text) if one.startswith(("sqlmodel", "sqlalchemy"))}
        queried = {
            one
            for one in imports_of(text)
            if one.startswith("storage")
            and not one.startswith(("storage.errors", "storage.database"))
        }
        assert stored | queried == set(), name
        assert not names_used(text) & {"reading", "writing", "Session"}, name


def test_flows_are_plain_synchronous_functions() -> None:
    for name, text in sources("bot/flows"):
        found = [
            n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.AsyncFunctionDef | ast.Await)
        ]
        assert found == [], name
        assert not {one for one in imports_of(text) if one.startswith(("slack", "asyncio"))}, name


def test_one_place_posts_unasked() -> None:
    posting = {
        name
        for name, text in sources("bot")
        if names_used(text) & {"chat_postMessage", "chat_update", "files_upload_v2"}
    }
    assert posting == {"bot/posting.py", "bot/listeners/replies.py"}
    users = {n for n, t in sources("bot") if "bot.posting.Poster" in imports_of(t)}
    assert users == {"bot/delivery.py", "bot/wiring.py"}


def test_only_wiring_and_the_command_line_see_the_settings() -> None:
    users = {name for name, text in sources("bot") if "bot.settings" in imports_of(text)}
    allowed = {"bot/wiring.py", "bot/serve.py", "bot/settings.py"}
    assert {name for name in users if not name.startswith(("bot/cli/", "bot/demo/"))} <= allowed


def test_one_module_makes_published_figures() -> None:
    found = lines_with(r"\bPublished\(", *PACKAGES)
    assert {line.split(":")[0] for line in found} == {"policies/privacy.py"}


@pytest.mark.parametrize(
    ("library", "module"),
    [("cel_expr_python", "policies/rules/cel.py"), ("ruamel", "policies/rules/nodes.py")],
)
def test_the_core_knows_each_library_of_rules_in_one_module(library: str, module: str) -> None:
    users = {
        name
        for name, text in sources("policies")
        if any(one.split(".")[0] == library for one in imports_of(text))
    }
    assert users == {module}


def test_no_other_distribution_owns_a_package_name() -> None:
    owners = packages_distributions()
    for package in PACKAGES:
        assert set(owners.get(package, ["mileage"])) == {"mileage"}, package


def test_test_folders_are_namespaces() -> None:
    assert list((ROOT / "tests").rglob("__init__.py")) == []


@pytest.mark.parametrize("package", PACKAGES)
def test_files_stay_readable(package: str) -> None:
    long = {name: n for name, text in sources(package) if (n := text.count("\n")) > LONGEST_FILE}
    assert long == {}


@pytest.mark.parametrize("package", PACKAGES)
def test_functions_stay_short(package: str) -> None:
    long = [
        f"{name}:{node.lineno} {node.name} has {lines} lines"
        for name, text in sources(package)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or 0) - node.lineno) > 60
    ]
    assert long == []
