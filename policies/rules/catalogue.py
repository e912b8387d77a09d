"""Every fact there is, by subject. Rules, tests, `mileage rules facts` and the docs read this list.

Facts are as of the moment of the pass: nothing that arrived later counts. Days and weeks are local
to the person's home team. Costs are at list price. "Human turns" are prompts that a person typed.
"""

from typing import Final

from policies.rules.facts import Fact, SubjectKind, Unit, boolean, decimal, whole, word

USAGE: Final = (
    whole("usage.tokens", Unit.TOKENS, "Tokens of all classes."),
    decimal("usage.cost_usd", Unit.USD, "Cost at list price of everything that has a known price."),
    boolean("usage.cost_known", "There is usage, and every request of it has a known price."),
    whole("usage.requests", Unit.REQUESTS, "Requests to models; what is not counted is one."),
    whole("usage.input_tokens", Unit.TOKENS, "Tokens sent to models, cached or not."),
    whole("usage.output_tokens", Unit.TOKENS, "Tokens that models wrote, reasoning included."),
    decimal(
        "usage.cache_read_share",
        Unit.SHARE,
        "Share of the tokens sent that was read from the cache.",
        known_by="usage.cache_known",
    ),
    boolean(
        "usage.cache_known",
        "Something was sent, and the sources tell cached tokens from others throughout.",
    ),
    decimal("usage.frontier_cost_usd", Unit.USD, "Cost at list price of frontier models."),
    decimal("usage.frontier_share", Unit.SHARE, "Frontier models' share of the known cost."),
    boolean(
        "usage.classes_reviewed", "Every model used has a reviewed class (frontier, mid, small)."
    ),
)

_ENGINEER_DAY: Final = (
    *USAGE,
    whole("day.hours_active", Unit.HOURS, "Hours of the local day in which there was any request."),
    whole(
        "day.human_turns", Unit.TURNS, "Prompts typed by the person.", known_by="day.turns_known"
    ),
    boolean("day.turns_known", "The sources tell a person's prompts from an agent's own steps."),
    decimal(
        "day.unattributed_share", Unit.SHARE, "Share of the tokens that counts for no outcome."
    ),
    whole("night.requests", Unit.REQUESTS, "Requests from midnight to 06:00 local time."),
    decimal("night.cost_usd", Unit.USD, "Cost at list price from midnight to 06:00 local time."),
    whole(
        "night.human_turns", Unit.TURNS, "Prompts typed in these hours.", known_by="day.turns_known"
    ),
    whole("night.hours_active", Unit.HOURS, "Hours of these six in which there was any request."),
    whole("calls.peak_hour", Unit.REQUESTS, "Requests in the busiest hour of the day."),
    whole("calls.day_before", Unit.REQUESTS, "Requests of the local day before."),
    decimal(
        "burn.hour_multiple",
        Unit.TIMES,
        "Use of the last hour, as a multiple of the budget's even share of an hour.",
        known_by="burn.known",
    ),
    decimal(
        "burn.five_minute_multiple",
        Unit.TIMES,
        "The same for the last five minutes, scaled to an hour.",
        known_by="burn.known",
    ),
    decimal("burn.hour_usd", Unit.USD, "Cost at list price of the last hour."),
    boolean("burn.known", "There is a budget for the running period to measure against."),
    whole(
        "reported.client_tokens",
        Unit.TOKENS,
        "Tokens that files and tools of the person report of yesterday, a whole local day.",
        known_by="reported.known",
    ),
    whole(
        "reported.provider_tokens",
        Unit.TOKENS,
        "Tokens that gateways and providers report of the same day.",
        known_by="reported.known",
    ),
    decimal(
        "reported.ratio",
        Unit.TIMES,
        "What the client reports, as a multiple of what the provider does.",
        known_by="reported.known",
    ),
    boolean(
        "reported.known",
        "Both kinds of source report something of yesterday, and have delivered all of it.",
    ),
    whole("keys.shared", Unit.KEYS, "API keys of the person that others used on the same day."),
    whole("colleagues.tokens", Unit.TOKENS, "Tokens that count for outcomes of colleagues."),
    decimal("colleagues.share", Unit.SHARE, "Their share of the day's tokens."),
    whole("transcription.hours", Unit.HOURS, "Hours in which a transcription or meeting bot ran."),
    whole("transcription.requests", Unit.REQUESTS, "Requests of such bots."),
    decimal("transcription.cost_usd", Unit.USD, "Cost at list price of such bots."),
)

_ENGINEER_WEEK: Final = (
    *USAGE,
    whole("week.days_active", Unit.DAYS, "Days of the week with any request so far."),
    decimal(
        "week.unattributed_share", Unit.SHARE, "Share of the tokens that counts for no outcome."
    ),
    decimal(
        "week.declared_first_share",
        Unit.SHARE,
        "Share of the attributed tokens that was used after its outcome was declared.",
        known_by="week.attributed_known",
    ),
    boolean("week.attributed_known", "Some tokens of the week count for an outcome."),
    boolean("budget.known", "There is a budget for the running period, and 21 days of history."),
    decimal(
        "budget.chance_used_up",
        Unit.SHARE,
        "Chance that the budget is used up before its period ends.",
        known_by="budget.known",
    ),
    decimal(
        "budget.used_share",
        Unit.SHARE,
        "Share of the period's budget that is used; 0.0 without one.",
    ),
    boolean("budget.is_used_up", "Nothing of the period's budget is left.", for_leads=True),
    whole(
        "budget.days_left",
        Unit.DAYS,
        "Days until the period ends, today included; 0 without a budget.",
        for_leads=True,
    ),
    whole("outcomes.declared", Unit.OUTCOMES, "Outcomes the person declared in the week."),
    whole("outcomes.trivial", Unit.OUTCOMES, "Those of them declared trivial."),
    whole(
        "outcomes.retro",
        Unit.OUTCOMES,
        "Those of them that were claimed within an hour of being declared.",
    ),
    whole(
        "outcomes.split",
        Unit.OUTCOMES,
        "The most of them that share one ticket, branch or pull request, or nearly one title; 0 where none do.",
    ),
    whole("sessions.count", Unit.SESSIONS, "Sessions with a request in the week."),
)

_OUTCOME: Final = (
    *USAGE,  # what its owner used for it
    word("outcome.kind", "feature, fix, migration, incident, research or chore.", for_leads=True),
    word("outcome.size", "S, M or L, as declared.", for_leads=True),
    word("outcome.complexity", "trivial, standard or hard, as declared.", for_leads=True),
    word(
        "outcome.state",
        "declared, claimed, verified, durable, dropped, rejected or reverted.",
        for_leads=True,
    ),
    boolean(
        "outcome.is_open",
        "It is declared, claimed or sent back, and nobody has verified it.",
        for_leads=True,
    ),
    boolean("outcome.is_exploration", "It was declared as an exploration.", for_leads=True),
    decimal("outcome.age_days", Unit.DAYS, "Days since it was declared.", for_leads=True),
    decimal(
        "outcome.days_since_usage",
        Unit.DAYS,
        "Days since its owner's latest request; 0.0 without usage.",
    ),
    decimal(
        "outcome.before_declared_share",
        Unit.SHARE,
        "Share of its owner's tokens for it that was used before it was declared.",
    ),
    boolean("outcome.has_evidence", "It was claimed, with a link to evidence.", for_leads=True),
    whole("outcome.rejections", Unit.NONE, "How often a reviewer sent it back.", for_leads=True),
    decimal(
        "cheaper.cost_usd",
        Unit.USD,
        "What the same tokens of its frontier requests would have cost, by day, on the cheaper model of the vendor.",
        known_by="cheaper.known",
    ),
    decimal(
        "cheaper.saving_usd", Unit.USD, "What that would have saved.", known_by="cheaper.known"
    ),
    word("cheaper.model", "The cheaper model that most of this compares with."),
    boolean(
        "cheaper.known",
        "There are frontier requests, and all have a reviewed cheaper model with a known price.",
    ),
)

_SESSION: Final = (
    *USAGE,
    decimal(
        "session.hours",
        Unit.HOURS,
        "From its first request to its latest, at most two weeks back, as all facts of a session.",
    ),
    boolean("session.is_over", "There was no request for an hour."),
    whole("session.human_turns", Unit.TURNS, "Prompts typed.", known_by="session.turns_known"),
    boolean(
        "session.turns_known", "The source tells a person's prompts from an agent's own steps."
    ),
    decimal(
        "session.hours_without_human",
        Unit.HOURS,
        "From the first request for the last prompt typed to the latest request.",
        known_by="session.turns_known",
    ),
    boolean("session.is_attributed", "Most of its tokens count for an outcome."),
    whole(
        "session.context_first",
        Unit.TOKENS,
        "Tokens sent a request of the main thread, median of the first tenth.",
    ),
    whole(
        "session.context_last",
        Unit.TOKENS,
        "Tokens sent a request of the main thread, median of the last tenth.",
    ),
    whole(
        "session.context_peak", Unit.TOKENS, "Most tokens sent with one request of the main thread."
    ),
    decimal("session.context_growth", Unit.TIMES, "Last context as a multiple of the first."),
    decimal(
        "session.output_share_first",
        Unit.SHARE,
        "Written per token sent, in the main thread's first third.",
    ),
    decimal(
        "session.output_share_last",
        Unit.SHARE,
        "Written per token sent, in the main thread's last third.",
    ),
    decimal(
        "session.late_cost_usd",
        Unit.USD,
        "Cost at list price of the last third of the main thread.",
    ),
    whole(
        "retries.requests",
        Unit.REQUESTS,
        "Requests that repeat the one before in their thread: the same model and size (1 %), "
        "within two minutes, and next to no answer (20 tokens).",
    ),
    whole("retries.longest_run", Unit.REQUESTS, "The most of them in a row, in one thread."),
    decimal("retries.cost_usd", Unit.USD, "Their cost at list price."),
    whole(
        "redundant.requests",
        Unit.REQUESTS,
        "Requests as large as an earlier one, token by token and of the same model, that are no retries.",
    ),
    decimal("redundant.share", Unit.SHARE, "Their share of the session's requests."),
    decimal("redundant.cost_usd", Unit.USD, "Their cost at list price."),
    whole(
        "verification.requests",
        Unit.REQUESTS,
        "Requests of agents, tools or steps named for checking: verify, test, lint, review, check.",
    ),
    decimal("verification.share", Unit.SHARE, "Their share of the session's tokens."),
    decimal("verification.cost_usd", Unit.USD, "Their cost at list price."),
)

_WORKFLOW: Final = (
    word(
        "workflow.name",
        "The workflow as its source names it, else the agent that ran, else the person's own label; never a tool alone.",
    ),
    whole(
        "workflow.runs",
        Unit.RUNS,
        "Sessions that ran it, are over and have a known cost, since the model last changed; half a year back.",
    ),
    word("workflow.model", "The model that cost most of each of these runs."),
    decimal(
        "workflow.first_cost_usd",
        Unit.USD,
        "Median cost of the first three runs, at today's prices.",
    ),
    decimal(
        "workflow.last_cost_usd", Unit.USD, "Median cost of the last three runs, at today's prices."
    ),
    decimal(
        "workflow.slope_low",
        Unit.PER_DOUBLING,
        "With 90 % confidence cost changes by more than this each time the runs double, in log2; "
        "-0.32 is a fifth cheaper.",
        known_by="workflow.slope_known",
    ),
    decimal(
        "workflow.slope_high",
        Unit.PER_DOUBLING,
        "And with 90 % confidence by less than this.",
        known_by="workflow.slope_known",
    ),
    boolean("workflow.slope_known", "There are at least eight runs of one model."),
    decimal("workflow.change_low", Unit.CHANGE, "Likely change from first to last run, at least."),
    decimal("workflow.change_high", Unit.CHANGE, "Likely change from first to last run, at most."),
    decimal(
        "workflow.excess_usd",
        Unit.USD,
        "What the last three runs cost beyond a cost that falls by a fifth each time the runs double.",
    ),
)

_TEAM_WEEK: Final = (
    boolean(
        "team.figures_known",
        "The week has ended, and its figures may be shown: enough people, no one dominant.",
        for_leads=True,
    ),
    whole(
        "team.active_people",
        Unit.PEOPLE,
        "People with usage in it.",
        known_by="team.figures_known",
        for_leads=True,
    ),
    whole(
        "usage.tokens",
        Unit.TOKENS,
        "Tokens of all classes, as published.",
        known_by="team.figures_known",
        for_leads=True,
    ),
    decimal(
        "usage.cost_usd",
        Unit.USD,
        "Cost at list price, as published.",
        known_by="team.figures_known",
        for_leads=True,
    ),
    decimal(
        "usage.unattributed_share",
        Unit.SHARE,
        "Share of the tokens that counts for no outcome, as published.",
        known_by="team.unattributed_known",
        for_leads=True,
    ),
    boolean(
        "team.unattributed_known",
        "Figures may be shown, and this share tells of too few people neither.",
        for_leads=True,
    ),
    whole("outcomes.declared", Unit.OUTCOMES, "Outcomes declared in the week.", for_leads=True),
    whole("outcomes.verified", Unit.OUTCOMES, "Outcomes verified in the week.", for_leads=True),
    whole("outcomes.reverted", Unit.OUTCOMES, "Outcomes reverted in the week.", for_leads=True),
    whole("outcomes.trivial", Unit.OUTCOMES, "Those declared that are trivial.", for_leads=True),
)

_SOURCE: Final = (
    word("source.name", "The source, such as claude-code.", for_leads=True),
    decimal(
        "source.hours_since_data",
        Unit.HOURS,
        "Since the end of the hour of its latest record.",
        for_leads=True,
    ),
    decimal(
        "source.usual_gap_hours",
        Unit.HOURS,
        "The longest such wait for newer records in the four weeks before, weekends included.",
        known_by="source.gap_known",
        for_leads=True,
    ),
    boolean(
        "source.gap_known", "It has records of at least five days of these weeks.", for_leads=True
    ),
    whole(
        "source.trust", Unit.NONE, "0 local file, 1 client, 2 gateway, 3 provider.", for_leads=True
    ),
)


def _by_name(facts: tuple[Fact, ...]) -> dict[str, Fact]:
    return {fact.name: fact for fact in facts}


CATALOGUE: Final[dict[SubjectKind, dict[str, Fact]]] = {
    SubjectKind.ENGINEER_DAY: _by_name(_ENGINEER_DAY),
    SubjectKind.ENGINEER_WEEK: _by_name(_ENGINEER_WEEK),
    SubjectKind.OUTCOME: _by_name(_OUTCOME),
    SubjectKind.SESSION: _by_name(_SESSION),
    SubjectKind.WORKFLOW: _by_name(_WORKFLOW),
    SubjectKind.TEAM_WEEK: _by_name(_TEAM_WEEK),
    SubjectKind.SOURCE: _by_name(_SOURCE),
}

LABELS: Final[dict[SubjectKind, tuple[str, ...]]] = {
    SubjectKind.ENGINEER_DAY: ("person", "team"),
    SubjectKind.ENGINEER_WEEK: ("person", "team"),
    SubjectKind.OUTCOME: ("outcome", "person", "team"),
    SubjectKind.SESSION: ("session", "person", "team"),
    SubjectKind.WORKFLOW: ("workflow", "person", "team"),
    SubjectKind.TEAM_WEEK: ("team",),
    SubjectKind.SOURCE: ("source",),
}
"""What a rule may group by, and a message may name as `{person}`; the first is the subject itself."""


def facts_without_data(kind: SubjectKind) -> dict[str, bool | int | float | str]:
    """Every fact of a subject of which nothing is known."""
    return {name: fact.without_data for name, fact in CATALOGUE[kind].items()}
