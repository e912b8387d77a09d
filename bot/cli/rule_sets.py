"""The rules that a command of `mileage rules` is about."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.problems import Unusable
from bot.cli.rules import files_to_check

if TYPE_CHECKING:
    from collections.abc import Collection

    from policies.rules.compiled import CompiledRule
    from policies.rules.reading import Reading
    from policies.rules.ruleset import RuleSet


def rules_at(path: Path | None) -> "RuleSet":
    """The rules of a file or folder; without a path those in use, the library's and one's own.

    Those in use stand beside the ones at a path, which may name them and are in place of their own.
    """
    from policies.rules.ruleset import RuleSet

    files, beside = files_to_check(path)
    own = [(one.name, one.read()) for one in files]
    ids = {rule.id for _, reading in own for rule in reading.rules}
    others = [(one.name, _without(ids, one.read())) for one in beside]
    found = RuleSet.of([*own, *others])
    names = {one.name for one in files}
    return RuleSet(
        {id_: one for id_, one in found.judges.items() if one.rule.place.file in names},
        tuple(one for one in found.problems if one.place.file in names),
    )


def _without(ids: "Collection[str]", reading: "Reading") -> "Reading":
    return replace(reading, rules=tuple(one for one in reading.rules if one.id not in ids))


def rule_named(rules: "RuleSet", name: str) -> "CompiledRule":
    """The rule of an id; Unusable with what is near it, or why there is none."""
    from policies.rules.structure import closest

    if name in rules.judges:
        return rules.judges[name]
    if any(one.rule_id == name for one in rules.problems):
        raise Unusable(f"The file of {name} is refused. Run “mileage rules check”.")
    raise Unusable(f"There is no rule “{name}”.{closest(name, list(rules.judges))}")


def is_path(text: str) -> bool:
    """Whether an argument names a file or folder rather than a rule."""
    return "/" in text or text.endswith((".yaml", ".yml")) or Path(text).exists()
