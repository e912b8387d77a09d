"""Rules and tips through the real bot and the sandbox: told, answered, explained, and set."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import delete

from bot.rulebook import Rulebook
from messages import ids
from policies.rules.findings import FindingState
from policies.usage import microseconds
from storage import rule_settings
from storage.database import Database
from storage.people import ensure_person_by_email, team_of_channel
from storage.tables import RuleBacktestRow
from storage.usage import store_usage
from tests.bot.conftest import set_up_payments
from tests.bot.listeners.test_budgets_in_slack import presses, told
from tests.bot.live import Json, Live, text_of
from tests.bot.rule_scene import RULES, due, proven, stands
from tests.storage.records import usage_record


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A bot with rules of its own beside the library's; chi owns one of them."""
    folder = tmp_path_factory.mktemp("rules")
    policies = folder / "policies"
    policies.mkdir()
    (policies / "rules.yaml").write_text(RULES, encoding="utf-8")
    with Live.started(folder, MILEAGE_POLICIES_DIR=str(policies)) as live:
        set_up_payments(live)
        yield live


@pytest.fixture
def database(live: Live) -> Iterator[Database]:
    opened = Database.open(live.database_url)
    yield opened
    opened.dispose()


def tip_of(live: Live, database: Database, user: str) -> tuple[Json, int]:
    """The message that tells somebody of a new finding, and the finding's id.

    The rule has its backtest for that long alone: another test begins without one.
    """
    with database.reading() as session:
        team = team_of_channel(session, "T0LIVE", "C0PAY")
    assert team is not None
    rule = Rulebook.loaded(library=live.folder / "policies").current.judges["big-day"].rule
    proven(database, rule)
    finding = due(database, team, user, now=datetime.now(UTC))
    message = told(live, user, "An expensive", "You used $6.50 today.")
    with database.writing() as session:
        session.exec(delete(RuleBacktestRow))
    return message, finding.id


def action_ids(message: Json) -> list[str]:
    blocks = [one for one in message["blocks"] if one["type"] == "actions"]
    return [element["action_id"] for block in blocks for element in block["elements"]]


def becomes(live: Live, user: str, words: str) -> Json:
    """The person's tip, once it says so in its place."""
    return told(live, user, "An expensive", words)


def test_a_tip_is_asked_why_called_wrong_and_changes_in_its_place(
    live: Live, database: Database
) -> None:
    message, finding_id = tip_of(live, database, "ben")
    assert "<!channel>" not in text_of(message).replace("&lt;!channel&gt;", "")
    assert "Only you see this." in text_of(message)
    assert action_ids(message) == [
        *(ids.TIP_TRIED, ids.TIP_PLANNED, ids.TIP_SNOOZED, ids.TIP_NOT_RELEVANT),
        *(ids.TIP_WRONG, ids.TIP_STOP, ids.TIP_WHY, ids.TIP_LEAD_MAY_KNOW),
    ]
    presses(live, "ben", message, ids.TIP_WHY)
    why = told(live, "ben", "Why this?", "usage.cost_usd &gt;= params.floor_usd")
    assert "$6.50" in text_of(why)
    presses(live, "ben", message, ids.TIP_WRONG)
    assert live.form("ben")["callback_id"] == ids.WRONG_FORM
    assert live.submits("ben", answer_reason=" ")["errors"]
    assert live.submits("ben", answer_reason="It was a <!here> load test")["ok"]
    answered = becomes(live, "ben", "You: it is wrong")
    assert answered["ts"] == message["ts"]
    assert action_ids(answered) == [ids.TIP_CHANGE, ids.TIP_WHY]
    assert stands(database, finding_id).state is FindingState.WRONG
    presses(live, "ben", answered, ids.TIP_CHANGE)
    again = becomes(live, "ben", "Tried it")
    presses(live, "ben", again, ids.TIP_TRIED)
    becomes(live, "ben", "You: I tried it")
    assert "F-" not in live.log_text


def test_a_tip_is_planned_until_a_day(live: Live, database: Database) -> None:
    message, finding_id = tip_of(live, database, "dee")
    presses(live, "dee", message, ids.TIP_PLANNED)
    form = live.form("dee")
    assert form["callback_id"] == ids.PLAN_FORM
    assert live.submits("dee", answer_reason="The move is on")["ok"]
    answered = becomes(live, "dee", "You: it is planned")
    assert "The move is on" in text_of(answered)
    assert stands(database, finding_id).state is FindingState.PLANNED


def test_the_rules_are_listed_page_by_page_and_opened(live: Live) -> None:
    first = live.says("fay", "/mileage policies")["messages"][-1]
    assert "page 1 of" in text_of(first)
    assert "findings in 28 days" not in text_of(first)
    assert ids.LIST_MORE_RULES in action_ids(first)
    before = len(live.sees("fay"))
    assert live.presses("fay", first, ids.LIST_MORE_RULES)["ok"]
    second = live.sees("fay", at_least=before + 1)[-1]
    assert "page 2 of" in text_of(second)
    page = live.reply("fay", "/mileage policies big-day")
    assert "Holds when" in page
    assert ids.PROMOTE_RULE not in page
    assert "There is no rule" in live.reply("fay", "/mileage policies bigday")


def test_a_lead_adjusts_a_threshold_and_sees_its_effect_before_saving(
    live: Live, database: Database
) -> None:
    page = live.says("ana", "/mileage policies big-day")["messages"][-1]
    assert live.presses("ana", page, ids.ADJUST_RULE)["ok"]
    assert live.form("ana")["callback_id"] == ids.PARAMS_FORM
    wrong = live.submits("ana", param_1="0.1", param_2="10")
    assert "from 0.5 to 500" in wrong["errors"]["param_1"]
    assert live.submits("ana", param_1="9", param_2="10")["ok"]
    live.wait_for(lambda: live.form("ana")["submit"]["text"] == "Save", "that it was compared")
    assert "played again" in str(live.form("ana")["blocks"])
    before = len(live.sees("ana"))
    assert live.submits("ana", param_1="9", param_2="10")["ok"]
    saved = text_of(live.sees("ana", at_least=before + 1)[-1])
    assert "are saved for Payments" in saved
    assert "$9.00" in saved
    with database.reading() as session:
        assert [dict(one) for one in rule_settings.params(session).values()] == [{"floor_usd": 9.0}]


def test_the_owner_runs_the_backtest_and_takes_the_rule_down_and_up(
    live: Live, database: Database
) -> None:
    at = microseconds(datetime.now(UTC) - timedelta(days=3))
    with database.writing() as session:
        chi = ensure_person_by_email(session, "chi@example.com").id
        store_usage(session, [usage_record(chi, "a day to judge", at, ingested_at_us=at)])
    page = live.says("chi", "/mileage policies big-day")["messages"][-1]
    assert ids.PROMOTE_RULE not in action_ids(page)
    before = len(live.sees("chi"))
    assert live.presses("chi", page, ids.RUN_BACKTEST)["ok"]
    page = live.sees("chi", at_least=before + 2)[-1]
    assert "*Backtest:* 60 days" in text_of(page)
    assert live.presses("chi", page, ids.DEMOTE_RULE)["ok"]
    assert "Demote the rule" in str(live.form("chi"))
    before = len(live.sees("chi"))
    assert live.submits("chi", stage_to="shadow", stage_reason="Too loud")["ok"]
    assert "from coach to *shadow*" in text_of(live.sees("chi", at_least=before + 1)[-1])
    page = live.says("chi", "/mileage policies big-day")["messages"][-1]
    assert live.presses("chi", page, ids.PROMOTE_RULE)["ok"]
    assert "From now on its findings are counted" in str(live.form("chi"))
    before = len(live.sees("chi"))
    assert live.submits("chi", stage_to="digest", stage_reason="Again")["ok"]
    assert "to *digest*" in text_of(live.sees("chi", at_least=before + 1)[-1])


def test_somebody_excepts_themselves_and_ends_it(live: Live) -> None:
    page = live.says("eli", "/mileage policies big-day")["messages"][-1]
    assert live.presses("eli", page, ids.EXCEPT_RULE)["ok"]
    assert live.form("eli")["callback_id"] == ids.EXCEPTION_FORM
    before = len(live.sees("eli"))
    assert live.submits("eli", exception_what="me", exception_reason="A load test")["ok"]
    made = live.sees("eli", at_least=before + 1)[-1]
    assert "covers you until" in text_of(made)
    before = len(live.sees("eli"))
    assert live.presses("eli", made, ids.END_EXCEPTION)["ok"]
    assert "has ended" in text_of(live.sees("eli", at_least=before + 1)[-1])
