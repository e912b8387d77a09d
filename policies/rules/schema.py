"""The structure of a rule file: its keys, and what kind of value each takes. Meaning is checked later.

`rule_json_schema` is published as docs/rules.schema.json, with which editors complete rule files.
"""

from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StrictStr

from policies.rules.durations import DURATION
from policies.rules.facts import SubjectKind, Unit
from policies.rules.model import Severity, Stage

API_VERSION: Final = "mileage/v1"
MOST_RULES: Final = 50
ID: Final = r"^[a-z0-9]+(-[a-z0-9]+)*$"
PARAM_NAME: Final = r"^[a-z][a-z0-9_]*$"
EMAIL: Final = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"
LINK: Final = r"^https://[^\s<>|]+$"

Value: TypeAlias = StrictBool | StrictInt | StrictFloat | StrictStr
Number: TypeAlias = StrictInt | StrictFloat
Text: TypeAlias = Annotated[StrictStr, Field(min_length=1, max_length=1_000)]
Line: TypeAlias = Annotated[StrictStr, Field(min_length=1, max_length=200, pattern=r"^[^\n]*$")]
Duration: TypeAlias = Annotated[StrictStr, Field(pattern=DURATION)]
RuleId: TypeAlias = Annotated[StrictStr, Field(pattern=ID, max_length=60)]
ParamName: TypeAlias = Annotated[StrictStr, Field(pattern=PARAM_NAME, max_length=40)]


class _Entry(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, populate_by_name=False)


class ParamEntry(_Entry):
    """A threshold that teams may set."""

    default: Annotated[
        Value, Field(description="Its value, and by that its type: 5.0, 5, true or a text.")
    ]
    unit: Annotated[
        Unit, Field(strict=False, description="What it counts, such as USD, tokens or share.")
    ] = Unit.NONE
    min: Annotated[Number | None, Field(description="The least that a team may set.")] = None
    max: Annotated[Number | None, Field(description="The most that a team may set.")] = None
    help: Annotated[Text | None, Field(description="What it means, for the form in Slack.")] = None


class ScopeEntry(_Entry):
    """Which teams the rule looks at."""

    teams: Annotated[
        list[Line], Field(max_length=200, description="These alone; all otherwise.")
    ] = []
    exclude: Annotated[list[Line], Field(max_length=200, description="All but these.")] = []


class LimitEntry(_Entry):
    """The breaker: a rule with more findings in one pass is held, and its owner is told."""

    findings: Annotated[
        StrictInt, Field(ge=1, le=1_000_000, description="So many are always fine.")
    ] = 20
    share: Annotated[float, Field(ge=0, le=1, description="And this share of the subjects.")] = 0.2


class SayEntry(_Entry):
    """What people read. {fact}, {params.name}, {impact_usd} and labels stand in braces."""

    coach: Annotated[Text | None, Field(description="To the person concerned, privately.")] = None
    lead: Annotated[
        Text | None, Field(description="To a lead: facts that leads may read alone.")
    ] = None


class ExpectEntry(_Entry):
    """A change of a finding that has to happen, at this time."""

    after: Annotated[Duration, Field(description="Since the start of the test.")]
    subject: Annotated[Line, Field(description="A name of the series.")]
    becomes: Annotated[
        Literal["open", "resolved", "regressed"], Field(description="What its finding comes to.")
    ]
    impact_usd: Annotated[float | None, Field(description="The money at stake then.")] = None
    says: Annotated[Text | None, Field(description="A part of the text for the person.")] = None


class TestEntry(_Entry):
    """A clock, series of facts, and every change that has to follow."""

    name: Annotated[Line, Field(description="What it shows, as a sentence.")]
    every: Annotated[Duration, Field(description="The time from one value to the next.")] = "1d"
    params: Annotated[dict[str, Value], Field(description="Params other than their defaults.")] = {}
    series: Annotated[
        dict[str, dict[str, Value | Annotated[list[Value], Field(min_length=1, max_length=400)]]],
        Field(
            min_length=1, max_length=50, description="By subject and fact: a value, or one a step."
        ),
    ]
    expect: Annotated[
        list[ExpectEntry], Field(max_length=200, description="Every change; [] for none.")
    ]


class RuleEntry(_Entry):
    """One rule."""

    id: Annotated[
        RuleId, Field(description="Unique over all files. Findings keep to it: never change it.")
    ]
    version: Annotated[
        StrictInt, Field(ge=1, le=1_000_000, description="Counts up with each change of meaning.")
    ] = 1
    title: Annotated[Line, Field(description="A few words, for lists and messages.")]
    owner: Annotated[
        StrictStr | None,
        Field(pattern=EMAIL, max_length=200, description="E-mail of who answers for it."),
    ] = None
    subject: Annotated[
        SubjectKind, Field(strict=False, description="What it looks at, one at a time.")
    ]
    skill: Annotated[
        Literal["scope-first", "curate-context", "match-model", "restart-clean"] | None,
        Field(description="The skill that it teaches."),
    ] = None
    stage: Annotated[Stage, Field(strict=False, description="How loudly it may speak.")] = (
        Stage.SHADOW
    )
    severity: Annotated[
        Severity, Field(strict=False, description="A tip waits its turn; an alarm does not.")
    ] = Severity.TIP
    scope: Annotated[ScopeEntry, Field(description="Which teams it looks at.")] = ScopeEntry()
    params: Annotated[
        dict[ParamName, ParamEntry], Field(max_length=20, description="Thresholds, by name.")
    ] = {}
    when: Annotated[StrictStr, Field(min_length=1, description="CEL: true where it matches.")]
    clear_when: Annotated[
        StrictStr | None,
        Field(
            min_length=1,
            description="CEL: true where it has ended; without it, where “when” is false.",
        ),
    ] = None
    min_data: Annotated[
        dict[str, StrictBool | StrictInt | StrictFloat],
        Field(max_length=20, description="The least that facts must have, before it judges."),
    ] = {}
    for_: Annotated[
        Duration, Field(alias="for", description="How long it has to match before it is a finding.")
    ] = "0m"
    keep: Annotated[
        Duration, Field(description="How long it has to be clear before it is resolved.")
    ] = "0m"
    impact_usd: Annotated[
        StrictStr | None, Field(min_length=1, description="CEL: the money at stake, in USD.")
    ] = None
    group_by: Annotated[
        list[StrictStr], Field(max_length=3, description="Labels of one finding; else the subject.")
    ] = []
    inhibited_by: Annotated[
        list[RuleId], Field(max_length=20, description="Rules beside whose findings it is silent.")
    ] = []
    limit: Annotated[
        LimitEntry, Field(description="More findings than this in one pass hold it.")
    ] = LimitEntry()
    say: Annotated[SayEntry, Field(description="What people read.")] = SayEntry()
    try_: Annotated[
        list[Text], Field(alias="try", max_length=5, description="Advice, one step each.")
    ] = []
    links: Annotated[
        list[Annotated[StrictStr, Field(pattern=LINK, max_length=500)]],
        Field(max_length=5, description="Where to read on."),
    ] = []
    tests: Annotated[
        list[TestEntry], Field(max_length=50, description="What it must and must not find.")
    ] = []


class RuleFile(_Entry):
    """A file of rules."""

    apiVersion: Annotated[Literal["mileage/v1"], Field(description="The version of this format.")]  # noqa: N815 - the file's key
    rules: Annotated[
        list[RuleEntry],
        Field(min_length=1, max_length=MOST_RULES, description="One or more rules."),
    ]


def rule_json_schema() -> dict[str, Any]:
    """The JSON Schema of a rule file."""
    schema = RuleFile.model_json_schema(by_alias=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "Mileage rules",
    }
