"""Rule files for tests: a sound one, in which each test changes one thing."""

from policies.rules.catalogue import LABELS, facts_without_data
from policies.rules.compiled import CompiledRule, compile_rule
from policies.rules.facts import FactValue, SubjectKind
from policies.rules.reading import read_rules
from policies.rules.subjects import Subject, SubjectFacts

SOUND = """\
apiVersion: mileage/v1
rules:
  - id: model-task-mismatch
    version: 1
    title: Frontier model on trivial work
    owner: platform@example.com
    subject: outcome
    skill: match-model
    stage: coach
    params:
      floor_usd: {default: 5.0, unit: USD, min: 0.5, max: 500.0, help: Least cost worth a word}
    when: >-
      outcome.complexity == "trivial" &&
      usage.frontier_cost_usd >= params.floor_usd
    clear_when: usage.frontier_cost_usd < params.floor_usd / 2.0
    min_data: {usage.requests: 20, cheaper.known: true}
    for: 1h
    keep: 1d
    impact_usd: cheaper.saving_usd
    group_by: [outcome]
    limit: {findings: 50, share: 0.2}
    say:
      coach: "{outcome} cost {usage.frontier_cost_usd}, of which {impact_usd} could be saved."
      lead: "{outcome} is {outcome.complexity}."
    try: ["Switch to the small model."]
    links: ["https://example.com/models"]
    tests:
      - name: a frontier model on a trivial outcome is one finding
        every: 1d
        params: {floor_usd: 2.0}
        series:
          a: {outcome.complexity: trivial, usage.frontier_cost_usd: [1.0, 6.0], usage.requests: 20}
        expect:
          - {after: 1d, subject: a, becomes: open, impact_usd: 4.5, says: "could be saved"}
      - name: a hard outcome is none
        series:
          a: {outcome.complexity: hard, usage.frontier_cost_usd: 60.0}
        expect: []
"""


def small(when: str, *more: str, subject: str = "outcome", id_: str = "small") -> str:
    """A small file with one rule; `more` are further lines of it."""
    head = ["apiVersion: mileage/v1", "rules:", f"  - id: {id_}", "    title: Small"]
    return "\n".join(
        [*head, f"    subject: {subject}", *map("    {}".format, more), f"    when: {when}", ""]
    )


def judge_of(text: str) -> CompiledRule:
    """The judge of a file's only rule."""
    reading = read_rules(text, "rule.yaml")
    assert reading.problems == ()
    return compile_rule(reading.rules[0])


def subject_with(kind: SubjectKind = SubjectKind.OUTCOME, **facts: FactValue) -> SubjectFacts:
    """A subject of which these facts are known; `__` in a name stands for its dot."""
    subject = Subject(kind, f"{kind}:7", dict.fromkeys(LABELS[kind], "7"))
    known = {name.replace("__", "."): value for name, value in facts.items()}
    return SubjectFacts(subject, facts_without_data(kind) | known)
