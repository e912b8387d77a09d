"""Refusals: each with its exact line and column, and a sentence that says what to write instead."""

import pytest

from policies.rules.reading import MOST_PROBLEMS, read_rules
from tests.policies.rules.written import SOUND, small


def problems_of(text: str) -> list[str]:
    problems = read_rules(text, "file").problems
    return [f"{one.place.line}:{one.place.column} {one.sentence}" for one in problems]


EXPRESSIONS = [
    ("usage.cost_usd > 5.0 AND outcome.is_open", ["6:32 Write &&, not AND."]),
    ("not outcome.is_open", ["6:11 Write !, not not."]),
    ("outcome.is_open == True", ["6:30 Write true, not True."]),
    ("usage.cost_usd => 5.0", ["6:26 Write >=, not =>."]),
    ("usage.cost_usd ≥ 5.0", ["6:26 Write >=, not ≥."]),
    ("usage.cost_usd > $5", ["6:28 Write the number alone, without $."]),
    ("usage.cost_usd > 5 USD", ["6:30 A number has digits and one point: 1000000, 0.5."]),
    ("usage.tokens > 1,000,000", ["6:27 A number has digits and one point: 1000000, 0.5."]),
    ("1.0 < usage.cost_usd < 5.0", ["6:32 Comparisons do not chain: write a < b && b < c."]),
    ("usage.tokens * 0.5 > 5.0", ["6:24 0.5 has a decimal point and usage.tokens is a whole number: write double(usage.tokens)."]),
    ("usage.tokens > 5 // many", ["6:28 Comments (//) are not taken. Put a # above the whole text."]),
    ("usage.cost_usd > 5", ["6:26 usage.cost_usd has a decimal point, so write 5.0."]),
    ("usage.tokens > 5.0", ["6:24 usage.tokens is a whole number, so write 5."]),
    ("5 < usage.cost_usd", ["6:13 usage.cost_usd has a decimal point, so write 5.0."]),
    ("usage.cost_usd > usage.tokens", ["6:26 usage.cost_usd has a decimal point and usage.tokens is a whole number: write double(usage.tokens)."]),
    ("double(usage.tokens) > usage.cost_usd", ["6:32 usage.tokens is in tokens and usage.cost_usd is in USD: they do not compare."]),
    ("usage.cots_usd > 5.0", ["6:16 There is no fact usage.cots_usd here. Did you mean “usage.cost_usd”?"]),
    ("params.floor > 5.0", ["6:17 There is no params.floor. Declare it under “params”."]),
    ("usage.cost_usd", ["6:11 This comes to a number with a decimal point; it has to come to true or false."]),
    ("usage.cost_usd >", ["6:27 The expression ends too early: a value is missing."]),
    ("usage.cost_usd > 5.0 and outcome.is_open", ["6:32 Write &&, not and."]),
    ("usage.cost_usd = 5.0", ["6:26 Compare with ==, not with one equals sign."]),
    ("usage.cost_usd > 5.0 & outcome.is_open", ["6:32 Write &&, not &."]),
    ("'outcome.size == \"S'", ["6:28 This quotation mark has no other that closes it."]),
    ("outcome.size == “S”", ['6:27 This is a typographic quotation mark. Use straight ones: "text".']),
    ("outcome.size > 5", ["6:24 outcome.size is a text and 5 is a whole number: “>” does not take both."]),
    ('outcome.size in "SM"', ['6:24 After “in” stands a list, such as ["S", "M"].']),
    ("outcome.is_open > 5.0", ["6:27 outcome.is_open is true or false and 5.0 has a decimal point: “>” does not take both."]),
    ("!usage.tokens > 5", ["6:27 This does not belong here. Put the whole text in quotes, or check how far the line is indented."]),
    ('-outcome.size == "a"', ["6:11 “-” stands before numbers only."]),
    ("usage.tokens && outcome.is_open", ["6:24 “&&” joins conditions, and usage.tokens is a whole number."]),
    ("\"outcome.size.matches('(')\"", ["6:33 This is no regular expression that RE2 takes."]),
    ('"outcome.size.matches(outcome.kind)"', ["6:33 A pattern has to be a text in quotes."]),
    ("size(usage.tokens) > 5", ["6:15 size() does not take this. Write size(a_text)."]),
    ("foo(usage.tokens) > 5", ["6:11 There is no function foo(). There are: contains, double, endsWith, int, matches, size, startsWith."]),
    ("[1, 2].all(x, x > 1)", ["6:17 This does not belong here. Put the whole text in quotes, or check how far the line is indented."]),
    ("usage.tokens[0] > 5", ["6:23 “[” is not expected here."]),
    ('{"a": 1}.a > 0', ["6:19 This does not belong here. Put the whole text in quotes, or check how far the line is indented."]),
    ("usage.tokens > 99999999999999999999", ["6:26 This number is too large."]),
    ("usage.cost_usd > 1e300", ["6:28 This number is too large."]),
    ("usage.cost_usd > 5.0 ? true : 1", ["6:39 A colon is not expected here. Put the text in quotes, or check how far the line is indented."]),
    ("usage.tokens ? true : false", ["6:31 A colon is not expected here. Put the text in quotes, or check how far the line is indented."]),
    ('"a" + 1 == "a1"', ["6:15 This does not belong here. Put the whole text in quotes, or check how far the line is indented."]),
    ("usage.cost_usd > 5.0 && usage.tokens > 5.0 && nothing.known", ["6:48 usage.tokens is a whole number, so write 5.", "6:64 There is no fact nothing.known here. “mileage rules facts” lists them all."]),
    ("team.figures_known", ["6:15 There is no fact team.figures_known here. It is one of team_week."]),
    ("true", ["6:11 “when” has to be a text; put it in quotes."]),
    ("5", ["6:11 “when” has to be a text; put it in quotes."]),
    ("outcome.size.size > 5", ["6:23 There is no fact outcome.size.size here. Did you mean “outcome.size”?"]),
    ("null == null", ['6:11 null is no fact. A text stands in quotes: "null".', '6:19 null is no fact. A text stands in quotes: "null".']),
    ("usage.cost_usd + usage.tokens > 5.0", ["6:26 usage.cost_usd has a decimal point and usage.tokens is a whole number: write double(usage.tokens)."]),
    ("usage.cost_usd > usage.frontier_share", ["6:26 usage.cost_usd is in USD and usage.frontier_share is in share: they do not compare."]),
    ("usage.tokens > 5u", ["6:27 A number has digits and one point: 1000000, 0.5."]),
    ("b'a' == b'a'", ["6:12 “'a'” is not expected here."]),
    ("(((((((((((((true)))))))))))))", ["6:23 The expression is nested more than 12 deep. Make it simpler."]),
    ("usage.cost_usd > -5", ["6:26 usage.cost_usd has a decimal point, so write -5.0."]),
    ("usage.tokens - 1 > 1.5", ["6:28 The part with usage.tokens is a whole number, so write 1 or 2."]),
    ("usage . tokens > 5", ["6:17 “.” is followed by a function, such as size()."]),
    ('outcome.size.contains("S"', ["6:36 The expression ends too early: “)” is missing."]),
    ("in > 5", ["6:11 “in” is not expected here."]),
    ("", ["6:5 “when” is empty. Give it a value, or remove the line."]),
    ("~", ["6:11 “when” is empty. Give it a value, or remove the line."]),
    ('outcome.size == "S" || ', ["6:33 The expression ends too early: a value is missing."]),
    ("double(usage.tokens, 2) > 5.0", ["6:17 double() does not take this. Write double(a_whole_number)."]),
    ("double() > 5.0", ["6:17 double() does not take this. Write double(a_whole_number)."]),
    ('matches("a")', ['6:18 matches() does not take this. Write a_text.matches("pattern").']),
    ('usage.cost_usd > double("5")', ["6:34 double() does not take this. Write double(a_whole_number)."]),
    ("int(outcome.size) > 5", ["6:14 int() does not take this. Write int(a_number)."]),
    ('outcome.is_open == "true"', ['6:27 outcome.is_open is true or false and "true" is a text: “==” does not take both.']),
    ("usage.tokens > null", ['6:24 null is no fact. A text stands in quotes: "null".']),
    (f"{'usage.tokens + ' * 40}1 > 5", ["6:11 The expression is too involved. Make it simpler."]),
    (r"'''\ud800'' == outcome.size'", ["6:11 A backslash in this text begins no escape. Write two for one."]),
    ("usage.requests in [5, true]", ["6:33 usage.requests is a whole number and true is true or false: the items of a list are of the type that is sought in it."]),
    ("usage.requests in [1.0, 5]", ["6:30 usage.requests is a whole number, so write 1."]),
    ("usage.cost_usd in [5, 6]", ["6:26 usage.cost_usd has a decimal point, so write 5.0."]),
    ("usage.requests in [[1]]", ["6:26 usage.requests is a whole number and this is a list: the items of a list are of the type that is sought in it."]),
    ("size([1]) > 0", ["6:16 A list stands after “in” only."]),
    ("'usage.requests in (outcome.is_open ? [1] : [2])'", ['6:31 After “in” stands a list, such as ["S", "M"].']),
    ("outcome.size == S", ['6:27 S is no fact. A text stands in quotes: "S".']),
]  # fmt: skip


@pytest.mark.parametrize(("when", "problems"), EXPRESSIONS)
def test_a_condition_is_refused(when: str, problems: list[str]) -> None:
    assert problems_of(small(when)) == problems


CHANGES = [
    ("id: model-task-mismatch", "id: Model_Task", ["3:9 “id” has to be lower-case letters, digits and hyphens, such as call-flood."]),
    ("version: 1", 'version: "1"', ["4:14 “version” has to be a whole number, without quotes."]),
    ("version: 1", "version: 0", ["4:14 “version” has to be at least 1."]),
    ("version: 1", "version: 1.0", ["4:14 “version” has to be a whole number, without quotes."]),
    ("title: Frontier model on trivial work", "title:", ["5:5 “title” is empty. Give it a value, or remove the line."]),
    ("title: Frontier model on trivial work", "title: 5", ["5:12 “title” has to be a text; put it in quotes."]),
    ('    title: Frontier model on trivial work\n', "", ["3:5 “title” is missing here."]),
    ("owner: platform@example.com", "owner: platform", ["6:12 “owner” has to be an e-mail address."]),
    ("subject: outcome", "subject: outcomes", ["7:14 “subject” has to be one of: engineer_day, engineer_week, outcome, session, workflow, team_week, source. Did you mean “outcome”?"]),
    ("skill: match-model", "skill: matching", ["8:12 “skill” has to be one of: scope-first, curate-context, match-model, restart-clean."]),
    ("stage: coach", "stage: loud", ["9:12 “stage” has to be one of: shadow, digest, coach, lead."]),
    ('    stage: coach\n', '    stage: coach\n    severity: high\n', ["10:15 “severity” has to be one of: tip, alarm."]),
    ("floor_usd: {default", "floor-usd: {default", ["11:7 This name has to be lower-case letters, digits and underscores, such as floor_usd."]),
    ("every: 1d", "every: 2m", ["29:16 “for” and “keep” take more than 400 steps of 2m. Take longer ones.", "34:21 A test has at most 400 steps."]),
    ("default: 5.0", "default: 5", ["11:28 The bounds of floor_usd have a decimal point, so write 5.0."]),
    ("default: 5.0", "default: 0.1", ["11:28 The default of floor_usd is 0.1, less than its min, 0.5."]),
    ("default: 5.0", "default: 501.0", ["11:28 The default of floor_usd is 501.0, more than its max, 500.0."]),
    ("min: 0.5", "min: 600.0", ["11:49 The min of floor_usd is above its max.", "30:29 floor_usd is 2.0, less than its min, 600.0."]),
    ("unit: USD", "unit: dollars", ["11:39 “unit” has to be one of: tokens, USD, share, change, times, hours, days, requests, turns, runs, people, outcomes, sessions, keys, log2 per doubling."]),
    ("unit: USD", "unit: tokens", ["14:31 usage.frontier_cost_usd is in USD and params.floor_usd is in tokens: they do not compare."]),
    ("unit: USD, ", "", ["14:31 usage.frontier_cost_usd is in USD and params.floor_usd has no unit: give params.floor_usd “unit: USD”."]),
    ("default: 5.0", "default: [5.0]", ["11:28 “default” has to be a number, a text, true or false."]),
    ("default: 5.0", "defualt: 5.0", ["11:18 “default” is missing here.", "11:19 There is no key “defualt” here. Did you mean “default”?"]),
    ("help: Least cost", "help: Least, cost", ["11:79 “cost worth a word” is no key. In braces, a text with a comma has to be in quotes."]),
    ('outcome.complexity == "trivial" &&\n      usage.frontier_cost_usd', 'outcome.complexity == "trivial" &&\n      usage.frontier_cots_usd', ["14:12 There is no fact usage.frontier_cots_usd here. Did you mean “usage.frontier_cost_usd”?"]),
    ("clear_when: usage.frontier_cost_usd <", "clear_when: usage.tokens <", ["15:30 The part with params.floor_usd has a decimal point and usage.tokens is a whole number: write double(usage.tokens)."]),
    ("clear_when", "clear-when", ["15:5 There is no key “clear-when” here. Did you mean “clear_when”?"]),
    ("usage.requests: 20", "usage.requests: 20.0", ["16:32 usage.requests is a whole number, so write 20."]),
    ("usage.requests: 20", "usage.request: 20", ["16:16 There is no fact usage.request here. Did you mean “usage.requests”?"]),
    ("cheaper.known: true", "cheaper.known: false", ["16:51 cheaper.known is at least false always. Write true."]),
    ("cheaper.known: true", "cheaper.known: 1", ["16:51 cheaper.known takes true or false."]),
    ("cheaper.known: true", "outcome.size: 1", ["16:36 outcome.size is a text, and has no least value."]),
    ("cheaper.known: true", "cheaper.known: yes", ["16:51 “yes” is a text. Write true or false."]),
    ("for: 1h", "for: 1 hour", ["17:10 “for” has to be a duration such as 30m, 1h or 2d, at most a year."]),
    ("for: 1h", "for: 1h30m", ["17:10 “for” has to be a duration such as 30m, 1h or 2d, at most a year."]),
    ("for: 1h", "for: 60", ["17:10 “for” has to be a duration such as 30m, 1h or 2d, at most a year."]),
    ("keep: 1d", "keep: 400d", ["18:11 “keep” is at most a year."]),
    ("keep: 1d", "keep: -1d", ["18:11 “keep” has to be a duration such as 30m, 1h or 2d, at most a year."]),
    ("impact_usd: cheaper.saving_usd", "impact_usd: usage.tokens", ["19:17 This comes to a whole number; it has to come to a number with a decimal point."]),
    ("impact_usd: cheaper.saving_usd", "impact_usd: usage.frontier_share", ["19:17 The money at stake is in share; it has to be in USD."]),
    ("impact_usd: cheaper.saving_usd", "impact_usd: 5", ["19:17 “impact_usd” has to be a text; put it in quotes."]),
    ('    impact_usd: cheaper.saving_usd\n', "", ["22:67 The rule has no impact_usd to tell.", "33:52 The rule has no impact_usd to expect."]),
    ("group_by: [outcome]", "group_by: [workflow]", ["20:16 workflow is no label of outcome. There are: outcome, person, team."]),
    ("group_by: [outcome]", "group_by: [team]", ["20:15 A finding is about one person. Add person, so that it mixes no people."]),
    ("group_by: [outcome]", "group_by: outcome", ["20:15 “group_by” has to be a list, such as [a, b]."]),
    ("group_by: [outcome]", "group_by: [outcome, outcome]", ["20:25 outcome stands here twice."]),
    ("group_by: [outcome]", "inhibited_by: [model-task-mismatch]", ["20:20 A rule cannot inhibit itself."]),
    ("findings: 50", "findings: 0", ["21:23 “findings” has to be at least 1."]),
    ("share: 0.2", "share: 1.5", ["21:34 “share” has to be at most 1.0."]),
    ("subject: outcome", "subject: outcme", ["7:14 “subject” has to be one of: engineer_day, engineer_week, outcome, session, workflow, team_week, source. Did you mean “outcome”?"]),
    ("share: 0.2", "shares: 0.2", ["21:27 There is no key “shares” here. Did you mean “share”?"]),
    ("{outcome} cost", "{person_name} cost", ["23:16 There is nothing called person_name here. Did you mean “person”?"]),
    ("{outcome} cost", "{usage.cost} cost", ["23:16 There is nothing called usage.cost here. Did you mean “usage.cost_usd”?"]),
    ("{outcome} cost", "{outcome cost", ["23:14 A brace stands alone here. Put a name in braces, such as {usage.cost_usd}."]),
    ("{outcome} cost", "{} cost", ["23:16 A brace stands alone here. Put a name in braces, such as {usage.cost_usd}."]),
    ("{outcome} is {outcome.complexity}", "{outcome} is {usage.cost_usd}", ["24:28 A lead may not read usage.cost_usd. Leave it out."]),
    ("{outcome} is {outcome.complexity}", "{outcome} is {impact_usd}", ["24:28 A lead may not read impact_usd. Leave it out."]),
    ("      lead: ", "      leads: ", ["24:7 There is no key “leads” here. Did you mean “lead”?"]),
    ('coach: "{outcome} cost {usage.frontier_cost_usd}, of which {impact_usd} could be saved."', 'coach: ""', ["23:14 “coach” is empty."]),
    ('    say:\n      coach: "{outcome} cost {usage.frontier_cost_usd}, of which {impact_usd} could be saved."\n', '    say:\n', ["9:12 Stage coach needs “say.coach”, a text for the person."]),
    ("try: [", 'try: "a" #', ["25:10 “try” has to be a list, such as [a, b]."]),
    ("https://example.com", "http://example.com", ["26:13 “links” has to be an address that begins with https://."]),
    ("every: 1d", "every: 0d", ["29:16 “every” has to be longer than nothing."]),
    ("every: 1d", "every: 2d", ["34:21 Facts change every 2d: name such a time."]),
    ("params: {floor_usd: 2.0}", "params: {floor: 2.0}", ["30:18 The rule has no param floor. Did you mean “floor_usd”?"]),
    ("params: {floor_usd: 2.0}", "params: {floor_usd: 2}", ["30:29 floor_usd has a decimal point, so write 2.0."]),
    ("params: {floor_usd: 2.0}", "params: {floor_usd: 0.1}", ["30:29 floor_usd is 0.1, less than its min, 0.5."]),
    ("usage.frontier_cost_usd: [1.0, 6.0]", "usage.frontier_cost_usd: [1.0, 6]", ["32:75 usage.frontier_cost_usd has a decimal point, so write 6.0."]),
    ("usage.frontier_cost_usd: [1.0, 6.0]", "usage.frontier_cost: [1.0, 6]", ["32:44 There is no fact usage.frontier_cost here. Did you mean “usage.frontier_cost_usd”?"]),
    ("usage.frontier_cost_usd: [1.0, 6.0]", "usage.frontier_cost_usd: []", ["32:69 “usage.frontier_cost_usd” needs at least 1 entry."]),
    ("usage.frontier_cost_usd: [1.0, 6.0]", "usage.frontier_cost_usd: {a: 1}", ["32:69 “usage.frontier_cost_usd” has to be a number, a text, true or false."]),
    ("usage.requests: 20}", "usage.requests: .inf}", ["32:97 usage.requests takes a whole number."]),
    ("usage.requests: 20}", "usage.requests: 010}", ["32:97 usage.requests takes a whole number."]),
    ("complexity: hard", "complexity: true", ["37:35 outcome.complexity takes a text."]),
    ("subject: a,", "subject: b,", ["34:34 The series has no subject b."]),
    ("becomes: open", "becomes: opened", ["34:46 “becomes” has to be one of: open, resolved, regressed. Did you mean “open”?"]),
    ("becomes: open", "becomes: pending", ["34:46 “becomes” has to be one of: open, resolved, regressed."]),
    ("after: 1d", "after: 36h", ["34:21 Facts change every 1d: name such a time."]),
    ("impact_usd: 4.5", "impact_usd: much", ["34:64 “impact_usd” has to be a number, without quotes."]),
    ("expect: []", "expect: none", ["38:17 “expect” has to be a list, such as [a, b]."]),
    ('        expect: []\n', "", ["35:9 “expect” is missing here."]),
    ("expect: []", "expect: [{after: 1d, subject: a, becomes: open}]", ["9:12 Stage coach needs a test that expects none: “expect: []”."]),
    ("name: a hard outcome is none", "name: a frontier model on a trivial outcome is one finding", ["35:15 Another test of the rule has this name."]),
    ("apiVersion: mileage/v1", "apiVersion: mileage/v2", ["1:13 This apiVersion is not known. Write mileage/v1."]),
    ('apiVersion: mileage/v1\n', "", ["1:1 “apiVersion: mileage/v1” is missing."]),
    ("rules:", "rule:", ["1:1 “rules” is missing.", "2:1 There is no key “rule” here. Did you mean “rules”?"]),
    ("stage: coach", "stage: &a coach", ["9:12 Anchors and aliases (& and *) are not taken. Write the value out."]),
    ("stage: coach", "stage: *a", ["9:12 Anchors and aliases (& and *) are not taken. Write the value out."]),
    ("stage: coach", "stage: !!str coach", ["9:12 Tags (with !) are not taken. Put a text that begins with ! in quotes."]),
    ("stage: coach", 'stage: coach\n    stage: lead', ["10:5 “stage” stands here twice. Remove one."]),
    ("stage: coach", '\tstage: coach', ["9:5 A tab cannot stand here. Indent with spaces."]),
    ("stage: coach", " stage: coach", ["9:11 A colon is not expected here. Put the text in quotes, or check how far the line is indented."]),
    ("stage: coach", "stage: coach: lead", ["9:17 A colon is not expected here. Put the text in quotes, or check how far the line is indented."]),
    ("stage: coach", "<<: {stage: coach}", ["9:5 Merge keys (<<) are not taken. Write the keys out."]),
    ("stage: coach", 'stage: coach\x00', ["9:17 The character U+0000 cannot be in a rule file. Remove it."]),
    ("stage: coach", 'stage: \u202acoach', ["9:12 The character U+202A cannot be in a rule file. Remove it."]),
    ("title: Frontier model on trivial work", "title: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", ["5:12 “title” is longer than 200 characters."]),
]  # fmt: skip


@pytest.mark.parametrize(("good", "bad", "problems"), CHANGES)
def test_a_file_is_refused(good: str, bad: str, problems: list[str]) -> None:
    assert good in SOUND
    assert problems_of(SOUND.replace(good, bad, 1)) == problems


PLACES = [
    ("when: usage.cost_usd > 5", 1, 22),
    ("when: 'usage.cost_usd > 5'", 1, 23),
    ('when: "usage.cost_usd > 5"', 1, 23),
    ("when: 'outcome.size == ''S'' && usage.cost_usd > 5'", 1, 48),
    ('when: "outcome.size == \\"S\\" && usage.cost_usd > 5"', 1, 48),
    ('when: "outcome.size == \\x22S\\x22 && usage.cost_usd > 5"', 1, 52),
    ("when: |\n      usage.cost_usd\n        > 5", 3, 9),
    ("when: >-  # why\n      outcome.is_open &&\n\n      usage.cost_usd > 5", 4, 22),
    ("when: |2-\n        usage.cost_usd > 5", 2, 24),
    ("when: outcome.is_open &&\n      usage.cost_usd > 5", 2, 22),
    ('when: "outcome.is_open &&\n      usage.cost_usd > 5"', 2, 22),
    ('when: "outcome.is_open \\\n      && usage.cost_usd > 5"', 2, 25),
    ("when: 'outcome.size == \"Größe 🙂\" && usage.cost_usd > 5'", 1, 52),
]


@pytest.mark.parametrize(("when", "line", "column"), PLACES)
def test_a_place_in_an_expression_is_one_in_the_file(when: str, line: int, column: int) -> None:
    indented = when.replace("\n", "\n  ")
    text = (
        f"apiVersion: mileage/v1\nrules:\n- id: a\n  title: A\n  subject: outcome\n  {indented}\n"
    )
    sentence = "usage.cost_usd has a decimal point, so write 5.0."
    assert problems_of(text) == [f"{line + 5}:{column + 2} {sentence}"]


def test_all_problems_of_a_file_are_told_in_its_order() -> None:
    rules = "".join(
        small("usage.cost_usd > 5", id_=f"r{n}").partition("rules:\n")[2] for n in range(50)
    )
    found = problems_of(f"apiVersion: mileage/v2\nrules:\n{rules}")
    assert len(found) == MOST_PROBLEMS + 1
    assert found[:2] == [
        "1:13 This apiVersion is not known. Write mileage/v1.",
        "6:26 usage.cost_usd has a decimal point, so write 5.0.",
    ]
    assert found[-1].endswith(" There are more from here on.")


def test_an_id_twice_in_one_file_is_refused_with_both_places() -> None:
    text = small("outcome.is_open") + small("outcome.is_open").partition("rules:\n")[2]
    assert problems_of(text) == ["7:5 The id small is taken in line 3. Choose another."]


def test_a_file_with_a_problem_contributes_no_rule() -> None:
    sound = small("outcome.is_open")
    reading = read_rules(sound + small("5", id_="b").partition("rules:\n")[2], "file")
    assert (reading.rules, len(reading.problems)) == ((), 1)


def test_a_sound_file_has_no_problem() -> None:
    assert problems_of(SOUND) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "1:1 The file is empty. It begins with “apiVersion: mileage/v1”."),
        ("# only a word\n", "1:1 The file is empty. It begins with “apiVersion: mileage/v1”."),
        ("[]", "1:1 A rule file begins with “apiVersion: mileage/v1”, then “rules:”."),
        ("words", "1:1 A rule file begins with “apiVersion: mileage/v1”, then “rules:”."),
        ("apiVersion: mileage/v1\nrules: {a: 1}", "2:8 “rules” is a list: each rule begins with “- id:”."),
        ("apiVersion: mileage/v1\nrules: []", "2:8 “rules” is a list: each rule begins with “- id:”."),
        ("apiVersion: mileage/v1\nrules: [5]", "2:9 “A rule” has to hold keys and values."),
        ("apiVersion: mileage/v1\nrules: [[]]", "2:9 “A rule” has to hold keys and values."),
        (SOUND + "---\n" + SOUND, "39:1 A file holds one document. Put these rules in another file."),
        ("%YAML 1.1\n---\na: 1", "2:1 Directives (lines with %) are not taken. Remove the line."),
        ("? [a]\n: b", "1:3 A key is a word, followed by a colon."),
        ("a: \"\\UFFFFFFFF\"", "1:1 From here on this is no YAML."),
        ("[" * 10_000, "1:13 This is nested more than 12 deep. No rule is."),
        ("{a: " * 10_000, "1:49 This is nested more than 12 deep. No rule is."),
        ("a: &b [1]\nc: [*b, *b]", "1:4 Anchors and aliases (& and *) are not taken. Write the value out."),
        ("!!python/object/apply:os.system [ls]", "1:1 Tags (with !) are not taken. Put a text that begins with ! in quotes."),
        ("a: 1\n" * 2, "2:1 “a” stands here twice. Remove one."),
        ("a: " + "x" * 5_000, "1:4 This text is longer than 4,000 characters."),
        ("a\u2028b", "1:2 The character U+2028 cannot be in a rule file. Remove it."),
        ('a: "\\u2028"', "1:4 This text has the character U+2028 in it."),
    ],
)  # fmt: skip
def test_what_is_no_rule_file_is_refused(text: str, problem: str) -> None:
    assert problems_of(text) == [problem]
