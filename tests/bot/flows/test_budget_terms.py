"""A form for a team's terms changes those that it showed and no others, on both engines."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest

from bot.flows import budget_setup
from bot.flows.refusals import Refusal
from policies.amounts import BudgetUnit
from policies.budget_requests import TermsDraft
from policies.budgets import BudgetPeriod
from storage import budgets as stored
from storage.database import Database
from tests.bot.budgeted import NOW, M, tokens, with_terms
from tests.bot.seeded import introduce, payments


def a_draft(base: int) -> TermsDraft:
    return TermsDraft(BudgetUnit.TOKENS, BudgetPeriod.MONTH, tokens(base))


def test_a_form_that_showed_other_terms_is_refused(database: Database) -> None:
    team = with_terms(database)
    ana = introduce(database, "ana")
    fay = replace(introduce(database, "fay"), is_admin=True)
    form, other = (budget_setup.setup_form(database, NOW, who, None) for who in (ana, fay))
    budget_setup.set_terms(database, NOW, ana, form.context, a_draft(30 * M))
    with pytest.raises(Refusal, match="other terms since"):
        budget_setup.set_terms(database, NOW, fay, other.context, a_draft(90 * M))
    with database.reading() as session:
        terms = stored.terms_of(session, team.id)
    assert terms is not None
    assert terms.base == 30 * M


def test_two_first_forms_at_once_end_in_one_and_a_refusal(database: Database) -> None:
    payments(database)
    ana = introduce(database, "ana")
    form = budget_setup.setup_form(database, NOW, ana, None)
    together = Barrier(2)

    def submit(base: int) -> str:
        together.wait(5)
        try:
            budget_setup.set_terms(database, NOW, ana, form.context, a_draft(base))
        except Refusal:
            return "refused"
        return "set"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(submit, (40 * M, 30 * M))) == ["refused", "set"]
