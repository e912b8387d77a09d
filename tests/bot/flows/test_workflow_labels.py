"""Labels: a person's own names for their sessions, and the runs that follow from them."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.flows import workflow_labels as flow
from bot.flows.refusals import Refusal
from policies.rules.facts import SubjectKind
from policies.workflows import LabelKind
from storage import audit, workflow_labels
from storage.database import Database
from tests.bot.facts import gathered, uses
from tests.bot.seeded import introduce, payments

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def workflows_of(database: Database) -> set[str]:
    found = gathered(database, SubjectKind.WORKFLOW, NOON)
    return {str(facts["workflow.name"]) for facts in found.values()}


def use(database: Database, who: str, **changes: object) -> None:
    session = f"{who} {sorted(changes.items())}"
    uses(database, introduce(database, who).person.id, NOON - DAY, session_id=session, **changes)


def test_a_label_makes_sessions_runs_and_its_removal_undoes_that(database: Database) -> None:
    payments(database)
    ben = introduce(database, "ben")
    use(database, "ben", branch="release/1.2")
    assert workflows_of(database) == set()
    page = flow.put(database, NOON, ben, LabelKind.BRANCH, "release/", "release notes")
    assert workflows_of(database) == {"release notes"}
    assert page.put is not None
    assert flow.own_labels(database, ben).labels == (page.put,)
    page = flow.remove(database, NOON, ben, page.put.id)
    assert (page.labels, workflows_of(database)) == ((), set())
    with database.reading() as session:
        deeds = [entry.action for entry in audit.entries_about(session, "W-1")]
    assert deeds == ["workflow.labelled", "workflow.label_removed"]


def test_the_longest_branch_comes_before_a_shorter_one_and_both_before_the_repository(
    database: Database,
) -> None:
    payments(database)
    ben = introduce(database, "ben")
    for kind, value, name in (
        (LabelKind.REPOSITORY, "shop", "shop work"),
        (LabelKind.BRANCH, "release/", "release"),
        (LabelKind.BRANCH, "release/hot", "hotfix"),
    ):
        flow.put(database, NOON, ben, kind, value, name)
    use(database, "ben", repo="shop", branch="main")
    assert workflows_of(database) == {"shop work"}
    use(database, "ben", repo="shop", branch="release/1")
    use(database, "ben", repo="shop", branch="release/hot-1")
    use(database, "ben", repo="shop", branch="re%ease/2")
    use(database, "ben", repo="shop2", branch=None)
    assert workflows_of(database) == {"shop work", "release", "hotfix"}


def test_what_the_source_names_keeps_its_name(database: Database) -> None:
    payments(database)
    flow.put(database, NOON, introduce(database, "ben"), LabelKind.REPOSITORY, "shop", "mine")
    use(database, "ben", repo="shop", workflow_id="triage")
    use(database, "ben", repo="shop", agent_name="reviewer")
    assert workflows_of(database) == {"triage", "reviewer"}


def test_a_label_names_nobody_elses_sessions(database: Database) -> None:
    payments(database)
    flow.put(database, NOON, introduce(database, "ben"), LabelKind.REPOSITORY, "shop", "mine")
    use(database, "chi", repo="shop")
    assert workflows_of(database) == set()


def test_a_second_name_takes_the_place_of_the_first(database: Database) -> None:
    payments(database)
    ben = introduce(database, "ben")
    flow.put(database, NOON, ben, LabelKind.BRANCH, "release/", "one")
    page = flow.put(database, NOON, ben, LabelKind.BRANCH, "release/", "two")
    assert [one.name for one in page.labels] == ["two"]


def test_nobody_removes_anothers_label(database: Database) -> None:
    payments(database)
    put = flow.put(
        database, NOON, introduce(database, "ben"), LabelKind.BRANCH, "release/", "one"
    ).put
    assert put is not None
    with pytest.raises(Refusal, match="You have no label W-1"):
        flow.remove(database, NOON, introduce(database, "chi"), put.id)


def test_there_is_a_most_of_labels_and_renaming_one_is_still_possible(database: Database) -> None:
    payments(database)
    ben = introduce(database, "ben")
    for number in range(flow.MOST_LABELS):
        flow.put(database, NOON, ben, LabelKind.BRANCH, f"b{number}/", "x")
    with pytest.raises(Refusal, match="You have 20 labels"):
        flow.put(database, NOON, ben, LabelKind.BRANCH, "more/", "x")
    assert flow.put(database, NOON, ben, LabelKind.BRANCH, "b3/", "y").put is not None


def test_two_people_who_are_one_keep_the_labels_of_both(database: Database) -> None:
    payments(database)
    ben, chi = introduce(database, "ben"), introduce(database, "chi")
    flow.put(database, NOON, ben, LabelKind.BRANCH, "release/", "ben's")
    flow.put(database, NOON, chi, LabelKind.BRANCH, "release/", "chi's")
    flow.put(database, NOON, chi, LabelKind.REPOSITORY, "docs", "docs")
    with database.writing() as session:
        workflow_labels.absorb(session, ben.person.id, chi.person.id)
    assert [one.name for one in flow.own_labels(database, ben).labels] == ["ben's", "docs"]
    assert flow.own_labels(database, chi).labels == ()
