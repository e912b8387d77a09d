"""The ids that a page puts into Slack and a listener waits for. Each stands here once.

Every element's `action_id` in a form equals the `block_id` of its input, so a value is found at
`state["values"][FIELD][FIELD]`, and a form's errors are keyed by the same constant.
"""

from typing import Final

# Modals, by callback id
OUTCOME_FORM: Final = "outcome_form"
DONE_FORM: Final = "done_form"
SETUP_FORM: Final = "setup_form"

# Fields of the outcome form
OUTCOME_TITLE: Final = "outcome_title"
OUTCOME_KIND: Final = "outcome_kind"
OUTCOME_SIZE: Final = "outcome_size"
OUTCOME_COMPLEXITY: Final = "outcome_complexity"
OUTCOME_DEADLINE: Final = "outcome_deadline"
OUTCOME_KEYS: Final = "outcome_keys"
OUTCOME_EXPLORATION: Final = "outcome_exploration"
EXPLORATION_YES: Final = "exploration"
"""The value of the one box in OUTCOME_EXPLORATION."""

# Field of the form that claims an outcome
DONE_EVIDENCE: Final = "done_evidence"

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

# Buttons, by action id. The value of those marked O-12 is the outcome's label.
LOG_OUTCOME: Final = "log_outcome"
"""Opens the outcome form."""
FINISH_OUTCOME: Final = "finish_outcome"
"""Opens the form that claims an outcome; value O-12."""
VERIFY_OUTCOME: Final = "verify_outcome"
"""Verifies a colleague's outcome; value O-12."""
SHOW_MY_WEEK: Final = "show_my_week"
"""Shows the presser's own figures, to them alone."""
OPEN_SETUP: Final = "open_setup"
"""Opens the team's setup form."""

BUTTONS: Final = (LOG_OUTCOME, FINISH_OUTCOME, VERIFY_OUTCOME, SHOW_MY_WEEK, OPEN_SETUP)
FORMS: Final = (OUTCOME_FORM, DONE_FORM, SETUP_FORM)
