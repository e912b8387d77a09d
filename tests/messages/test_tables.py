from messages.tables import Cell, Table, data_table, table_in_mrkdwn, table_in_text

TABLE = Table(
    "Runs.",
    ("Workflow", "Runs"),
    ((Cell("<nightly>"), Cell("1,200", 1200)), (Cell("b"), Cell("3", 3))),
)


def test_a_table_in_text_has_even_columns_with_numbers_to_the_right() -> None:
    assert table_in_text(TABLE).splitlines() == [
        "Workflow    Runs",
        "<nightly>  1,200",
        "b              3",
    ]


def test_a_table_in_mrkdwn_is_preformatted_and_pings_nobody() -> None:
    assert table_in_mrkdwn(TABLE).startswith("```\nWorkflow    Runs\n&lt;nightly&gt;  1,200\n")


def test_a_table_that_is_too_long_loses_its_last_rows() -> None:
    long = Table("Long.", ("Name",), tuple((Cell("x" * 60),) for _ in range(200)))
    assert len(table_in_mrkdwn(long)) < 3000


def test_slack_s_block_knows_numbers_from_words() -> None:
    head, first, _ = data_table(TABLE)["rows"]
    assert [cell["text"] for cell in head] == ["Workflow", "Runs"]
    assert first[1] == {"type": "raw_number", "value": 1200, "text": "1,200"}
