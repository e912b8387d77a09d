"""`mileage`: the commands, each of which loads what it needs when it runs."""

import typer

from bot.cli import (
    demo,
    digest,
    doctor,
    rule_backtests,
    rule_explaining,
    rule_plans,
    rule_testing,
    run,
)
from bot.cli.imports import import_app
from bot.cli.privacy import privacy_app
from bot.cli.rules import rules_app

app = typer.Typer(
    name="mileage",
    help="Outcomes for tokens: the Slack bot, its digest, and usage in.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.command("demo")(demo.demo)
app.command("run")(run.run)
app.command("migrate")(run.migrate)
app.command("doctor")(doctor.doctor)
app.command("digest")(digest.digest)
app.add_typer(import_app, name="import")
rules_app.command("test")(rule_testing.run_rule_tests)
rules_app.command("explain")(rule_explaining.explain_rule)
rules_app.command("plan")(rule_plans.plan_rules)
rules_app.command("backtest")(rule_backtests.backtest_rules)
app.add_typer(rules_app, name="rules")
app.add_typer(privacy_app, name="privacy")
