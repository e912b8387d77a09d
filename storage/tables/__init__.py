"""The tables, one class each, by noun. Only this package sees them; callers get the core's dataclasses.

Money is whole nano-dollars (BIGINT), so that sums are exact. Moments of state are `UtcDateTime`;
moments of usage are microseconds since the epoch, as the record has them.
"""

from storage.tables.base import Stored, table_of
from storage.tables.budgets import (
    BudgetRequestRow,
    BudgetTermsRow,
    GrantRow,
    LimitPushRow,
    PersonAllowanceRow,
)
from storage.tables.coaching import (
    CoachingMuteRow,
    CoachingRetirementRow,
    CoachingSlotRow,
    CoachingTrialRow,
)
from storage.tables.deliveries import (
    AuditRow,
    DeliveryRow,
    DigestAnswerRow,
    PersonalReadRow,
)
from storage.tables.outcomes import (
    EvidenceCheckRow,
    FocusWindowRow,
    OutcomeEventRow,
    OutcomeKeyRow,
    OutcomeMergeRow,
    OutcomeReviewRow,
    OutcomeRow,
)
from storage.tables.people import (
    MembershipRow,
    PersonRow,
    TeamLeadRow,
    TeamRow,
)
from storage.tables.rules import (
    FindingEventRow,
    FindingRow,
    FindingVerdictRow,
    RuleBacktestRow,
    RuleExceptionRow,
    RuleParamRow,
    RulePassRow,
    RuleSettingRow,
)
from storage.tables.usage import (
    CompanyWeekRow,
    CompanyWeekTeamRow,
    EngineerDayRow,
    SourceHourRow,
    TeamWeekPersonRow,
    TeamWeekRow,
    TeamWorkflowPersonRow,
    TeamWorkflowRow,
    UsageRow,
    UsageShareRow,
    WorkflowLabelRow,
)

__all__ = [
    "AuditRow",
    "BudgetRequestRow",
    "BudgetTermsRow",
    "CoachingMuteRow",
    "CoachingRetirementRow",
    "CoachingSlotRow",
    "CoachingTrialRow",
    "CompanyWeekRow",
    "CompanyWeekTeamRow",
    "DeliveryRow",
    "DigestAnswerRow",
    "EngineerDayRow",
    "EvidenceCheckRow",
    "FindingEventRow",
    "FindingRow",
    "FindingVerdictRow",
    "FocusWindowRow",
    "GrantRow",
    "LimitPushRow",
    "MembershipRow",
    "OutcomeEventRow",
    "OutcomeKeyRow",
    "OutcomeMergeRow",
    "OutcomeReviewRow",
    "OutcomeRow",
    "PersonAllowanceRow",
    "PersonRow",
    "PersonalReadRow",
    "RuleBacktestRow",
    "RuleExceptionRow",
    "RuleParamRow",
    "RulePassRow",
    "RuleSettingRow",
    "SourceHourRow",
    "Stored",
    "TeamLeadRow",
    "TeamRow",
    "TeamWeekPersonRow",
    "TeamWeekRow",
    "TeamWorkflowPersonRow",
    "TeamWorkflowRow",
    "UsageRow",
    "UsageShareRow",
    "WorkflowLabelRow",
    "table_of",
]
