"""Usage records for tests and measurements."""

from collections.abc import Iterator
from datetime import UTC, datetime

from sqlmodel import Session, select

from policies.usage import UsageRecord, microseconds, usage_key_of
from storage.tables import UsageRow, table_of

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
NOON_US = microseconds(NOON)


def usage_record(
    person_id: int, source_key: str, start_us: int = NOON_US, **changes: object
) -> UsageRecord:
    """A plausible record of one request; any field can be changed."""
    record = UsageRecord(
        person_id=person_id,
        usage_key=usage_key_of("claude-code", source_key, start_us),
        source="claude-code",
        granularity="request",
        start_us=start_us,
        end_us=start_us,
        provider="anthropic",
        model_raw="claude-sonnet-4-5-20250929",
        model_id="claude-sonnet-4-5",
        model_class="frontier",
        actor_kind="user",
        actor_ref=f"person-{person_id}@example.org",
        api_key_ref=None,
        workspace_ref=None,
        session_id="7d2f4c1e-0000-4000-8000-000000000000",
        request_id=source_key,
        prompt_id=None,
        workflow_id=None,
        tool="claude-code",
        agent_name=None,
        query_source=None,
        repo="checkout",
        branch="pay-123-faster-checkout",
        commit_sha=None,
        pull_request=None,
        ticket="PAY-123",
        outcome_tag=None,
        input_uncached=1_200,
        cache_read=48_000,
        cache_write_5m=2_000,
        cache_write_1h=0,
        cache_write_other=None,
        output_total=900,
        output_reasoning=None,
        requests=1,
        cost_reported_nusd=None,
        cost_list_nusd=39_000_000,
        cost_basis="rate_card",
        price_version="genai-prices 0.2.3",
        trust=0,
        revision=1,
        is_final=True,
        data_as_of_us=start_us,
        ingested_at_us=start_us,
    )
    return record._replace(**changes)


def many_records(
    person_ids: list[int], count: int, start_us: int = NOON_US
) -> Iterator[UsageRecord]:
    """`count` different records over the people and over twelve weeks, in order of time."""
    step = 12 * 7 * 24 * 3_600_000_000 // count
    for number in range(count):
        person_id = person_ids[number % len(person_ids)]
        yield usage_record(
            person_id,
            f"req_{number:012x}",
            start_us + number * step,
            input_uncached=number % 5_000,
            output_total=number % 900,
        )


def stored(session: Session) -> list[UsageRecord]:
    """Everybody's records as they are stored, by person and key."""
    rows = session.connection().execute(select(table_of(UsageRow)))
    return sorted(UsageRecord(*row) for row in rows)
