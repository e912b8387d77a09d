"""The ids that a page puts into Slack and a listener waits for. Each stands here once.

Every element's `action_id` in a form equals the `block_id` of its input, so a value is found at
`state["values"][FIELD][FIELD]`, and a form's errors are keyed by the same constant.
"""

from typing import Final

# Modals, by callback id
OUTCOME_FORM: Final = "outcome_form"
DONE_FORM: Final = "done_form"
SETUP_FORM: Final = "setup_form"
REVIEW_FORM: Final = "review_form"
REQUEST_FORM: Final = "request_form"
COUNTER_FORM: Final = "counter_form"
DECLINE_FORM: Final = "decline_form"
TERMS_FORM: Final = "terms_form"
PLAN_FORM: Final = "plan_form"
SNOOZE_FORM: Final = "snooze_form"
WRONG_FORM: Final = "wrong_form"
STAGE_FORM: Final = "stage_form"
PARAMS_FORM: Final = "params_form"
EXCEPTION_FORM: Final = "exception_form"
FORGET_FORM: Final = "forget_form"

# Fields of the outcome form
OUTCOME_TITLE: Final = "outcome_title"
OUTCOME_KIND: Final = "outcome_kind"
OUTCOME_SIZE: Final = "outcome_size"
OUTCOME_COMPLEXITY: Final = "outcome_complexity"
OUTCOME_DEADLINE: Final = "outcome_deadline"
OUTCOME_AMOUNT: Final = "outcome_amount"
OUTCOME_KEYS: Final = "outcome_keys"
OUTCOME_ORIGIN: Final = "outcome_origin"
OUTCOME_EXPLORATION: Final = "outcome_exploration"
EXPLORATION_YES: Final = "exploration"
"""The value of the one box in OUTCOME_EXPLORATION."""

# Field of the form that claims an outcome
DONE_EVIDENCE: Final = "done_evidence"

# Fields of the form that verifies an outcome or sends it back
REVIEW_VERDICT: Final = "review_verdict"
"""Its option values are those of policies.reviews.Verdict."""
REVIEW_REASON: Final = "review_reason"
REVIEW_MINUTES: Final = "review_minutes"
REVIEW_IMPACT: Final = "review_impact"
REVIEW_IMPACT_UNIT: Final = "review_impact_unit"
"""Its option values are the names of policies.reviews.ImpactUnit."""

# Fields of the team's setup form
SETUP_MOVE: Final = "setup_move"
MOVE_YES: Final = "move"
"""The value of the one box in SETUP_MOVE, which is there where a team can move to the channel."""
SETUP_NAME: Final = "setup_name"
SETUP_LEADS: Final = "setup_leads"
SETUP_MEMBERS: Final = "setup_members"
SETUP_MEMBER_FIELDS: Final = (SETUP_MEMBERS, *(f"setup_members_{part}" for part in range(2, 6)))
"""A select holds a hundred people, so a larger team has several; read every one that is there."""
SETUP_TIME_ZONE: Final = "setup_time_zone"
SETUP_DAY: Final = "setup_day"
SETUP_TIME: Final = "setup_time"
"""Its option values are `HH:MM`."""

# Fields of the form that asks for more, and of the one that offers something else
REQUEST_AMOUNT: Final = "request_amount"
REQUEST_UNTIL: Final = "request_until"
REQUEST_OUTCOME: Final = "request_outcome"
"""Its option values are O-12."""
REQUEST_REASON: Final = "request_reason"
COUNTER_AMOUNT: Final = "counter_amount"
COUNTER_UNTIL: Final = "counter_until"
COUNTER_REASON: Final = "counter_reason"

# Field of the form that declines
DECLINE_REASON: Final = "decline_reason"

# Fields of the form for a team's budgets
TERMS_UNIT: Final = "terms_unit"
TERMS_PERIOD: Final = "terms_period"
TERMS_BASE: Final = "terms_base"
TERMS_POOL: Final = "terms_pool"
TERMS_AUTO_APPROVE: Final = "terms_auto_approve"

# Fields of the forms that answer a tip
ANSWER_UNTIL: Final = "answer_until"
ANSWER_REASON: Final = "answer_reason"

# Fields of the form that changes a rule's stage
STAGE_TO: Final = "stage_to"
"""Its option values are those of policies.rules.model.Stage."""
STAGE_REASON: Final = "stage_reason"

# Fields of the form for a rule's thresholds; their values stand in the order of the rule's file
PARAM_FIELDS: Final = tuple(f"param_{place}" for place in range(1, 21))
"""One field a threshold: a form shows no more of them than this."""

# Fields of the form that makes an exception
EXCEPTION_WHAT: Final = "exception_what"
"""Its option values are `me`, `team` and O-12."""
EXCEPTION_UNTIL: Final = "exception_until"
EXCEPTION_REASON: Final = "exception_reason"

# Field of the form that deletes what is kept about somebody
FORGET_SURE: Final = "forget_sure"
FORGET_YES: Final = "forget"
"""The value of the one box in FORGET_SURE."""

# Buttons, by action id. The value of those marked O-12 is the outcome's label.
LOG_OUTCOME: Final = "log_outcome"
"""Opens the outcome form."""
FINISH_OUTCOME: Final = "finish_outcome"
"""Opens the form that claims an outcome; value O-12."""
REVIEW_OUTCOME: Final = "review_outcome"
"""Opens the form that verifies a colleague's outcome or sends it back; value O-12."""
MARK_REVERTED: Final = "mark_reverted"
"""Takes back an outcome whose evidence was reverted; value O-12."""
KEEP_OUTCOME: Final = "keep_outcome"
"""Leaves it verified all the same; value O-12."""
SHOW_MY_WEEK: Final = "show_my_week"
"""Shows the presser's own figures, to them alone."""
LINK_USAGE: Final = "link_usage"
"""Links usage of one's own to an outcome; value as `policies.linking.link_value` makes it."""
OPEN_SETUP: Final = "open_setup"
"""Opens the team's setup form."""
REMOVE_WORKFLOW_LABEL: Final = "remove_workflow_label"
"""Takes one of the presser's own labels away; value W-3."""

# Buttons under a digest. The value of each is the team and the week, `T-1 2026-W47`.
DIGEST_USEFUL: Final = "digest_useful"
"""Says that this week's digest was of use."""
DIGEST_NOT_USEFUL: Final = "digest_not_useful"
"""Says that it was not."""

# Buttons about budgets. The value of those marked R-3 is the request's label.
SHOW_MY_BUDGET: Final = "show_my_budget"
"""Shows the presser's own budget, to them alone."""
REQUEST_MORE: Final = "request_more"
"""Opens the form that asks for more; value T-1, or O-12 20000000, or none."""
APPROVE_REQUEST: Final = "approve_request"
"""Approves a request as asked; value R-3."""
COUNTER_REQUEST: Final = "counter_request"
"""Opens the form that offers something else; value R-3."""
DECLINE_REQUEST: Final = "decline_request"
"""Opens the form that declines; value R-3."""
ACCEPT_OFFER: Final = "accept_offer"
"""Takes what a lead offers instead; value R-3."""
WITHDRAW_REQUEST: Final = "withdraw_request"
"""Takes a request back; value R-3."""
MUTE_WARNINGS: Final = "mute_warnings"
"""Ends warnings for the period; value T-1 2026-11-01."""
OPEN_TERMS: Final = "open_terms"
"""Opens the form for the budgets of the presser's team."""

# Buttons about tips. The value of each is the finding's label, F-12.
TIP_TRIED: Final = "tip_tried"
"""Says that the person tries what a tip says."""
TIP_PLANNED: Final = "tip_planned"
"""Opens the form that says until when it is planned."""
TIP_SNOOZED: Final = "tip_snoozed"
"""Opens the form that says until when it stays silent."""
TIP_NOT_RELEVANT: Final = "tip_not_relevant"
"""Says that it does not matter to the person."""
TIP_WRONG: Final = "tip_wrong"
"""Opens the form that asks what is wrong with it."""
TIP_WHY: Final = "tip_why"
"""Shows the condition, clause by clause, to the person alone."""
TIP_LEAD_MAY_KNOW: Final = "tip_lead_may_know"
TIP_KEEP_FROM_LEAD: Final = "tip_keep_from_lead"
"""Allows a lead to hear of it."""
TIP_STOP: Final = "tip_stop"
"""Stops tips of this kind for the presser."""
TIP_RESUME: Final = "tip_resume"
"""Lets them speak again."""
CARD_TRIED: Final = "card_tried"
"""Says that the person tries what a practice card says; the value of these four is the card's id."""
CARD_NOT_RELEVANT: Final = "card_not_relevant"
CARD_STOP: Final = "card_stop"
"""Stops practice cards for the presser."""
CARD_WHY: Final = "card_why"
"""Shows what of the presser's own work showed the skill, to them alone."""
UNMUTE: Final = "unmute"
"""Lets a kind of tips speak again; the value is the kind."""
TIP_CHANGE: Final = "tip_change"
"""Takes the person's answer back, so that they can give another."""

# Buttons about rules. The value of each is the rule's id where nothing else is said.
LIST_RULES: Final = "list_rules"
"""Shows a page of the list; value `2`."""
LIST_MORE_RULES: Final = "list_more_rules"
COMPANY_BACK: Final = "company_back"
COMPANY_MORE: Final = "company_more"
"""The same for the page after: two buttons of one row may not share an id."""
OPEN_RULE: Final = "open_rule"
PROMOTE_RULE: Final = "promote_rule"
"""Opens the form that takes a rule one stage up."""
DEMOTE_RULE: Final = "demote_rule"
"""Opens the form that takes a rule down."""
RELEASE_RULE: Final = "release_rule"
"""Lets a rule be judged again that its limit holds."""
RUN_BACKTEST: Final = "run_backtest"
ADJUST_RULE: Final = "adjust_rule"
"""Opens the form for the thresholds of the presser's team."""
ADJUST_FOR_ALL: Final = "adjust_for_all"
"""Opens the same form for everybody."""
EXCEPT_RULE: Final = "except_rule"
"""Opens the form that makes an exception."""
END_EXCEPTION: Final = "end_exception"
"""Ends an exception; value E-3."""

DIGEST_BUTTONS: Final = (DIGEST_USEFUL, DIGEST_NOT_USEFUL)
# Buttons about one's own data. Whose it is follows from who presses alone.
EXPORT_MINE: Final = "export_mine"
"""Uploads what is kept about the presser to their own direct message."""
OPEN_FORGET_FORM: Final = "open_forget_form"
"""Opens the form that deletes what is kept about the presser."""

PRIVACY_BUTTONS: Final = (EXPORT_MINE, OPEN_FORGET_FORM)
TIP_BUTTONS: Final = (
    *(TIP_TRIED, TIP_PLANNED, TIP_SNOOZED, TIP_NOT_RELEVANT, TIP_WRONG, TIP_WHY),
    *(TIP_LEAD_MAY_KNOW, TIP_KEEP_FROM_LEAD, TIP_CHANGE, TIP_STOP, TIP_RESUME, UNMUTE),
    *(CARD_TRIED, CARD_NOT_RELEVANT, CARD_STOP, CARD_WHY),
)
RULE_BUTTONS: Final = (
    *(COMPANY_BACK, COMPANY_MORE),
    *(LIST_RULES, LIST_MORE_RULES, OPEN_RULE, PROMOTE_RULE, DEMOTE_RULE, RELEASE_RULE),
    *(RUN_BACKTEST, ADJUST_RULE, ADJUST_FOR_ALL, EXCEPT_RULE, END_EXCEPTION),
)
BUDGET_BUTTONS: Final = (
    *(SHOW_MY_BUDGET, REQUEST_MORE, APPROVE_REQUEST, COUNTER_REQUEST, DECLINE_REQUEST),
    *(ACCEPT_OFFER, WITHDRAW_REQUEST, OPEN_TERMS, MUTE_WARNINGS),
)
BUTTONS: Final = (
    *(LOG_OUTCOME, FINISH_OUTCOME, REVIEW_OUTCOME, SHOW_MY_WEEK, LINK_USAGE, OPEN_SETUP),
    *(MARK_REVERTED, KEEP_OUTCOME, REMOVE_WORKFLOW_LABEL),
    *DIGEST_BUTTONS,
    *BUDGET_BUTTONS,
    *TIP_BUTTONS,
    *RULE_BUTTONS,
    *PRIVACY_BUTTONS,
)
FORMS: Final = (
    *(OUTCOME_FORM, DONE_FORM, REVIEW_FORM, SETUP_FORM),
    *(REQUEST_FORM, COUNTER_FORM, DECLINE_FORM, TERMS_FORM),
    *(PLAN_FORM, SNOOZE_FORM, WRONG_FORM, STAGE_FORM, PARAMS_FORM, EXCEPTION_FORM),
    FORGET_FORM,
)
