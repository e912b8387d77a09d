"""Thresholds with the values that hold, and who set them."""

from collections.abc import Sequence

from sqlmodel import Session

from messages.pages.rules import ParamLine, SetBy
from policies.rules.facts import FactValue
from policies.rules.findings import Finding
from policies.rules.model import Param, Rule
from storage import people, rule_settings
from storage.rule_settings import SetParam


def lines_of(
    session: Session, rule: Rule, team_id: int | None, *, shows_names: bool
) -> tuple[ParamLine, ...]:
    """Every threshold as it is for a team, or for everybody with None. Names are for those who may set."""
    given = rule_settings.params_of(session, rule.id)
    return tuple(_line(session, one, given, team_id, shows_names) for one in rule.params.values())


def lines_of_finding(session: Session, rule: Rule, finding: Finding) -> tuple[ParamLine, ...]:
    """Every threshold as it was when the finding was last seen, and whether it was set for its team."""
    given = rule_settings.params_of(session, rule.id)
    lines = []
    for param in rule.params.values():
        value = finding.params.get(param.name, param.default)
        known = value if param.type.holds(value) else param.default
        set_now = _set(param, given, finding.subject.team_id)
        is_that = set_now is not None and set_now.value == known
        lines.append(ParamLine(param, known, _set_by(set_now) if is_that else SetBy.FILE))
    return tuple(lines)


def wider_value(session: Session, rule: Rule, param: Param, team_id: int | None) -> FactValue:
    """What holds where nothing is set for the team: what is set for everybody, else the file's."""
    if team_id is None:
        return param.default
    found = _set(param, rule_settings.params_of(session, rule.id), None)
    return param.default if found is None else found.value


def _line(
    session: Session,
    param: Param,
    given: Sequence[SetParam],
    team_id: int | None,
    shows_names: bool,
) -> ParamLine:
    found = _set(param, given, team_id)
    if found is None:
        return ParamLine(param, param.default)
    person = people.person_of(session, found.changed_by) if shows_names else None
    return ParamLine(param, found.value, _set_by(found), person, found.changed_at)


def _set(param: Param, given: Sequence[SetParam], team_id: int | None) -> SetParam | None:
    """What is set for the team, else for everybody, as far as it is still of the threshold's type."""
    fitting = [one for one in given if one.name == param.name and param.type.holds(one.value)]
    for wanted in dict.fromkeys((team_id, None)):
        for one in fitting:
            if one.team_id == wanted:
                return one
    return None


def _set_by(found: SetParam | None) -> SetBy:
    if found is None:
        return SetBy.FILE
    return SetBy.EVERYBODY if found.team_id is None else SetBy.TEAM
