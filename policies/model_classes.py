"""Which models are frontier, mid or small, as a person has reviewed them, and what to compare them with.

A class that was only derived from a price (policies/pricing.py) never triggers a finding; these do. They
come from `library/model_classes.yaml` and an organisation's own file of that name.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Final

from policies.rules import nodes
from policies.rules.model import RuleProblem
from policies.rules.nodes import Node, NotYaml, Scalar, Source, read_nodes
from policies.rules.schema import API_VERSION
from policies.rules.structure import Fault, closest
from policies.usage import ModelClass

FILE: Final = "model_classes.yaml"
"""What a file of classes is called; it holds no rules."""
BY_RANK: Final = (ModelClass.SMALL, ModelClass.MID, ModelClass.FRONTIER)
CLASSES: Final = {one.value: one for one in BY_RANK}
TOP_KEYS: Final = ("apiVersion", "models")
MODEL_KEYS: Final = ("class", "cheaper")


@dataclass(frozen=True, slots=True)
class ReviewedModel:
    """A model's class, and the cheaper model of its vendor that its work is compared with, if any."""

    model_class: ModelClass
    cheaper: str = ""


@dataclass(frozen=True)
class ModelClasses:
    """The reviewed models by id. A model that is not among them has no class."""

    models: Mapping[str, ReviewedModel] = field(default_factory=lambda: MappingProxyType({}))

    @cached_property
    def _frontier(self) -> frozenset[str]:
        ranked = self.models.items()
        return frozenset(id_ for id_, one in ranked if one.model_class is ModelClass.FRONTIER)

    @cached_property
    def _reviewed(self) -> frozenset[str]:
        return frozenset(self.models)

    def frontier_ids(self) -> frozenset[str]:
        """The models reviewed as frontier, by `model_id`."""
        return self._frontier

    def reviewed_ids(self) -> frozenset[str]:
        """All models with a reviewed class."""
        return self._reviewed

    def cheaper_than(self, model_id: str) -> str | None:
        """The model that the work of this one is compared with, or None where there is none."""
        model = self.models.get(model_id)
        return (model.cheaper or None) if model else None


@dataclass(frozen=True, slots=True)
class ClassesReading:
    """The classes of a file on top of those before it; with problems, those before it alone."""

    classes: ModelClasses
    problems: tuple[RuleProblem, ...] = ()


def read_model_classes(text: str, file: str, before: ModelClasses | None = None) -> ClassesReading:
    """Read a file of classes; its models are added to those `before` or replace them. Never raises."""
    before = before or ModelClasses()
    source = Source(file, text.removeprefix("\ufeff").replace("\r\n", "\n"))
    try:
        root = read_nodes(source)
    except NotYaml as problem:
        return ClassesReading(before, (RuleProblem(source.place(problem.at), str(problem)),))
    faults = list(_file_faults(root)) or list(_model_faults(root, before))
    if faults:
        problems = (RuleProblem(source.place(one.at), one.sentence) for one in faults)
        return ClassesReading(before, tuple(sorted(problems, key=lambda one: one.place)))
    own = {id_: _model_of(node) for id_, node in _models(root).items()}
    return ClassesReading(ModelClasses(MappingProxyType({**before.models, **own})))


def _file_faults(root: Node) -> Iterator[Fault]:
    if not isinstance(root, nodes.Mapping):
        yield Fault(root.start, "A file of model classes begins with “apiVersion: mileage/v1”.")
        return
    yield from _key_faults(root, TOP_KEYS)
    version = root.items.get("apiVersion")
    if version is None or version.plain != API_VERSION:
        yield Fault(version.start if version else root.start, f"Write “apiVersion: {API_VERSION}”.")
    models = root.items.get("models")
    if not isinstance(models, nodes.Mapping):
        start = models.start if models else root.start
        yield Fault(start, "“models” has to hold models by their ids.")


def _model_faults(root: Node, before: ModelClasses) -> Iterator[Fault]:
    models = _models(root)
    for node in models.values():
        yield from _faults_of(node)
    known = {id_: one.model_class for id_, one in before.models.items()}
    known |= {id_: of for id_, node in models.items() if (of := _class_in(node)) is not None}
    for id_, node in models.items():
        yield from _comparison_faults(id_, node, known)


def _faults_of(node: Node) -> Iterator[Fault]:
    if not isinstance(node, nodes.Mapping):
        yield Fault(
            node.start, "A model is written such as {class: mid, cheaper: its-smaller-sister}."
        )
        return
    yield from _key_faults(node, MODEL_KEYS)
    of = node.items.get("class")
    if of is None:
        yield Fault(node.start, "“class” is missing here.")
    elif _class_in(node) is None:
        yield Fault(of.start, f"“class” has to be one of {', '.join(CLASSES)}.")
    cheaper = node.items.get("cheaper")
    if cheaper is not None and not (isinstance(cheaper, Scalar) and cheaper.text):
        yield Fault(cheaper.start, "“cheaper” has to be the id of a model.")


def _comparison_faults(id_: str, node: Node, known: Mapping[str, ModelClass]) -> Iterator[Fault]:
    cheaper = node.items.get("cheaper") if isinstance(node, nodes.Mapping) else None
    if not isinstance(cheaper, Scalar) or not cheaper.text or id_ not in known:
        return
    if cheaper.text not in known:
        hint = closest(cheaper.text, list(known))
        yield Fault(
            cheaper.start, f"No model “{cheaper.text}” has a class. Give it one here.{hint}"
        )
    elif BY_RANK.index(known[cheaper.text]) >= BY_RANK.index(known[id_]):
        yield Fault(cheaper.start, f"“{cheaper.text}” has to be of a lower class than “{id_}”.")


def _key_faults(node: nodes.Mapping, keys: tuple[str, ...]) -> Iterator[Fault]:
    for key, scalar in node.keys.items():
        if key not in keys:
            yield Fault(scalar.start, f"There is no key “{key}” here.{closest(key, list(keys))}")


def _models(root: Node) -> dict[str, Node]:
    models = root.items.get("models") if isinstance(root, nodes.Mapping) else None
    return models.items if isinstance(models, nodes.Mapping) else {}


def _class_in(node: Node) -> ModelClass | None:
    of = node.items.get("class") if isinstance(node, nodes.Mapping) else None
    return CLASSES.get(of.text) if isinstance(of, Scalar) else None


def _model_of(node: Node) -> ReviewedModel:
    cheaper = node.items.get("cheaper") if isinstance(node, nodes.Mapping) else None
    text = cheaper.text if isinstance(cheaper, Scalar) else ""
    return ReviewedModel(_class_in(node) or ModelClass.UNKNOWN, text)
