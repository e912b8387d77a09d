"""A limit of Block Kit, with what just keeps to it and what just breaks it."""

from dataclasses import dataclass

from sandbox.block_kit.blocks import problems_of
from sandbox.block_kit.schema import Surface
from sandbox.errors import Problem
from sandbox.model import Json


@dataclass(frozen=True)
class Limit:
    """What is limited, on which surface, still good, too much, and where the complaint points."""

    what: str
    surface: Surface
    good: list[Json]
    bad: list[Json]
    pointer: str

    def __str__(self) -> str:
        return self.what

    def problems_at_it(self) -> list[Problem]:
        return problems_of(self.good, self.surface)

    def places_beyond_it(self) -> list[str]:
        return [problem.pointer for problem in problems_of(self.bad, self.surface)]
