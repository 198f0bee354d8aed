"""``topline stat``: every family of statistics at the command line.

The families are modules beside this one, each with its list of commands; a new command is one function and
one entry there.
"""

import typer

from topline.cli import (
    stat_competing,
    stat_linear,
    stat_means,
    stat_meta,
    stat_models,
    stat_pooling,
    stat_proportions,
    stat_ranks,
    stat_rates,
    stat_regression,
    stat_spreads,
    stat_summaries,
    stat_survival,
    stat_tables,
    stat_variance,
)
from topline.cli.stat_command import NumbersFirst, StatCommand

COMMANDS: tuple[StatCommand, ...] = (
    *stat_proportions.COMMANDS,
    *stat_tables.COMMANDS,
    *stat_means.COMMANDS,
    *stat_variance.COMMANDS,
    *stat_linear.COMMANDS,
    *stat_models.COMMANDS,
    *stat_ranks.COMMANDS,
    *stat_survival.COMMANDS,
    *stat_regression.COMMANDS,
    *stat_competing.COMMANDS,
    *stat_rates.COMMANDS,
    *stat_pooling.COMMANDS,
    *stat_meta.COMMANDS,
    *stat_summaries.COMMANDS,
    *stat_spreads.COMMANDS,
)
"""Every command, in the order of the help."""

app = typer.Typer(
    name="stat",
    help="Compute a statistic from numbers or from a dataset; --explain gives formula and source.",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for _command in COMMANDS:
    app.command(_command.name, cls=NumbersFirst, context_settings={"obj": _command})(_command.run)
