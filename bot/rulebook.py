"""The rules that are in force, read again when their files change; the last good ones stay meanwhile."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock

import structlog

from bot.rule_files import LIBRARY, LIBRARY_NAME, NoFolder, RuleFile, files_in, refused
from policies.rules.model import Rule, RuleProblem
from policies.rules.reading import Reading
from policies.rules.ruleset import RuleSet, clashes_of
from storage.database import Database

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Kept:
    """A file as it was last seen: what was read of it, and its rules that run."""

    signature: tuple[int, ...]
    latest: Reading
    running: Reading


class Rulebook:
    """The library and the organisation's own folder. Thread-safe: `current` is swapped as a whole."""

    def __init__(self, library: Path = LIBRARY, organisation: Path | None = None) -> None:
        self._folders = [(LIBRARY_NAME, library)]
        if organisation is not None:
            self._folders.append((organisation.name or "rules", organisation))
        self._files: Mapping[RuleFile, _Kept] = {}
        self._folder_problems: tuple[RuleProblem, ...] = ()
        self._lock = Lock()
        self.current = RuleSet()
        self.problems: tuple[RuleProblem, ...] = ()

    @classmethod
    def loaded(cls, organisation: Path | None = None, library: Path = LIBRARY) -> "Rulebook":
        """With everything read that can be; what is wrong is logged."""
        book = cls(library, organisation)
        book.refresh()
        return book

    def sweep(self, _database: Database, _now: datetime) -> int:
        """The minute's look at the files; how many have changed."""
        return self.refresh()

    def refresh(self) -> int:
        """Take in what has changed, and return how many files have.

        A file that cannot be read leaves its last good rules running, and is logged once. The rules
        of a file that is gone are gone.
        """
        with self._lock:
            signatures, folder_problems = self._look()
            changed = signatures.keys() ^ self._files.keys()
            changed |= {f for f, one in self._files.items() if signatures.get(f) != one.signature}
            if not changed and folder_problems == self._folder_problems:
                return 0
            latest = {
                file: _Kept(signature, file.read(), self._running(file))
                if file in changed
                else self._files[file]
                for file, signature in signatures.items()
            }
            self._folder_problems = folder_problems
            self._take(latest)
            return len(changed)

    def _look(self) -> tuple[dict[RuleFile, tuple[int, ...]], tuple[RuleProblem, ...]]:
        """The files that there are, the library's first. Those of a lost folder stay as they were."""
        found: dict[RuleFile, tuple[int, ...]] = {}
        problems: list[RuleProblem] = []
        for name, folder in self._folders:
            try:
                found |= {file: file.signature for file in files_in(folder, name)}
            except NoFolder as problem:
                problems += refused(str(folder), str(problem)).problems
                kept = [one for one in self._files if one.path.parent == folder]
                found |= {file: self._files[file].signature for file in kept}
        return found, tuple(problems)

    def _running(self, file: RuleFile) -> Reading:
        kept = self._files.get(file)
        return kept.running if kept else Reading()

    def _take(self, files: Mapping[RuleFile, _Kept]) -> None:
        """Let each file's latest rules run, or those that ran where these are unsound or taken."""
        runs, clashes = _settled(files)
        problems = list(self._folder_problems)
        for file, one in files.items():
            problems += [*one.latest.problems, *clashes.get(file, ())]
        kept = {file: _Kept(one.signature, one.latest, runs[file]) for file, one in files.items()}
        rules = RuleSet.of((file.name, one.running) for file, one in kept.items())
        problems += rules.problems
        _report(rules, [one for one in problems if one not in self.problems])
        self._files, self.current, self.problems = kept, rules, tuple(problems)


def _settled(
    files: Mapping[RuleFile, _Kept],
) -> tuple[dict[RuleFile, Reading], dict[RuleFile, tuple[RuleProblem, ...]]]:
    """What runs of each file, and the problems of those that want an id of another's.

    Such a file steps back to what ran of it; that may take an id from another in turn.
    """
    runs = {f: one.running if one.latest.problems else one.latest for f, one in files.items()}
    clashes: dict[RuleFile, tuple[RuleProblem, ...]] = {}
    while True:
        owners = _owners(files, runs)
        for file in [one for one in runs if one not in clashes]:
            others = {id_: rule for id_, (owner, rule) in owners.items() if owner != file}
            if found := tuple(clashes_of(runs[file].rules, others)):
                clashes[file], runs[file] = found, files[file].running
                break
        else:
            return runs, clashes


def _owners(
    files: Mapping[RuleFile, _Kept], runs: Mapping[RuleFile, Reading]
) -> dict[str, tuple[RuleFile, Rule]]:
    """Whose each id is: the file's whose rule of it ran before, else the first one's that has it."""
    owners: dict[str, tuple[RuleFile, Rule]] = {}
    for did_run in (True, False):
        for file, reading in runs.items():
            before = {rule.id for rule in files[file].running.rules}
            for rule in reading.rules:
                if (rule.id in before) is did_run:
                    owners.setdefault(rule.id, (file, rule))
    return owners


def _report(rules: RuleSet, problems: list[RuleProblem]) -> None:
    for one in problems:
        log.warning("rule_refused", at=str(one.place), rule=one.rule_id, says=one.sentence)
    log.info("rules_loaded", rules=len(rules.judges), problems=len(problems))
