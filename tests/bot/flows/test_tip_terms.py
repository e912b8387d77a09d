"""What bears on tips, of as many people at once as a large company has."""

from datetime import UTC, date, datetime

from bot.flows.tip_terms import TipTerms
from policies.skills import Skill
from policies.trials import Drawn, Teaching
from storage import coaching_mutes, coaching_trials, people
from storage.database import Database
from tests.bot.seeded import introduce, payments

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
MORE_THAN_A_STATEMENT_TAKES = range(1, 70_001)


def test_everybody_of_a_large_company_is_asked_about_at_once(database: Database) -> None:
    payments(database)
    ben = introduce(database, "ben").person
    teaching = Teaching("big-day", 1, Skill.MATCH_MODEL)
    drawn = Drawn(is_held=True, on=date(2026, 11, 23))
    with database.writing() as session:
        coaching_mutes.mute(session, ben.id, "cards", NOW)
        coaching_trials.add(session, ben.id, None, teaching, drawn, NOW)
    with database.reading() as session:
        terms = TipTerms.of(session, MORE_THAN_A_STATEMENT_TAKES, 0.2)
        known = people.persons_of(session, MORE_THAN_A_STATEMENT_TAKES)
    assert terms.muted_by(ben) == {"cards"}
    assert terms.trials_of(ben, NOW).held_skills == {Skill.MATCH_MODEL}
    assert known[ben.id] == ben
