"""``topline stat anova``: several means at once, from a dataset or from summaries."""

from typing import TYPE_CHECKING, Annotated

import typer

from topline.cli.options import Json
from topline.cli.stat_columns import columns
from topline.cli.stat_command import StatCommand
from topline.cli.stat_counts import asked_for, words_or_data
from topline.cli.stat_means import summary_of
from topline.cli.stat_options import (
    Explain,
    Level,
    OptionalData,
    OptionalGroup,
    OptionalValue,
    Reference,
    Where,
    fraction,
)
from topline.cli.stat_report import Row, effect_rows, report
from topline.errors import UsageError

if TYPE_CHECKING:
    from topline.stats.mean import MeanSummary


def anova(
    summaries: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NAME=N,MEAN,SD...", help="The groups, such as A=20,5.1,1.2; or --data."
        ),
    ] = None,
    data: OptionalData = None,
    value: OptionalValue = None,
    by: OptionalGroup = None,
    reference: Reference = None,
    where: Where = None,
    level: Level = 95,
    json: Json = False,
    explain: Explain = False,
) -> None:
    """Compare several means: analysis of variance, Welch's, equal variances, pairs by Tukey.

    With --reference the differences from that group instead of all pairs.

    Example: topline stat anova --data advs.csv --value CHG --by TRTP
    """
    from topline.stats import analysis_of_variance as family
    from topline.stats.checking import known

    confidence = fraction(level)
    needed = "groups such as A=20,5.1,1.2 B=18,4.3,1.4; or --data with --value and --by"
    source = words_or_data([" ".join(summaries or ()) or None], data, needed)
    notes: tuple[str, ...] = ()
    rows: list[Row] = []
    if source is None:
        groups = _summarized(summaries or [])
    else:
        names = asked_for("--value", value), asked_for("--by", by)
        read = columns(source, names, where)
        notes = read.notes
        values, labels = read.numbers(names[0]), read.labels(names[1])
        summarized = family.summarize_groups(values, labels)
        # Numbers by their size: 2 before 10.
        groups = {label: summarized[label] for label in read.groups(names[1])}
        rows.append(Row("brown-forsythe", family.brown_forsythe_test(values, labels)))
    if reference is not None:
        known("group", reference, groups)
    rows = [
        Row("anova", family.one_way_analysis(groups).test),
        Row("welch", family.welch_analysis(groups)),
        Row("bartlett", family.bartlett_test(groups)),
        *rows,
    ]
    compared = (
        family.tukey_differences(groups, level=confidence)
        if reference is None
        else family.differences_from(groups, reference, level=confidence)
    )
    for effect in compared:
        rows += effect_rows(effect.name, effect)
    report(rows, json=json, notes=notes)


def _summarized(texts: list[str]) -> "dict[str, MeanSummary]":
    found: dict[str, MeanSummary] = {}
    for text in texts:
        name, equals, summary = text.partition("=")
        if not equals or not name or name in found:
            raise UsageError(
                f"{text!r} is not a group with a name of its own",
                where="NAME=N,MEAN,SD",
                accepted="a name, =, and the number, mean and standard deviation, such as A=20,5.1,1.2",
            )
        found[name] = summary_of(summary, f"group {name}")
    return found


COMMANDS = (
    StatCommand(
        name="anova",
        run=anova,
        functions=(
            "analysis_of_variance:one_way_analysis",
            "analysis_of_variance:welch_analysis",
            "analysis_of_variance:bartlett_test",
            "analysis_of_variance:brown_forsythe_test",
            "analysis_of_variance:tukey_differences",
            "analysis_of_variance:differences_from",
        ),
    ),
)
"""The command for several means."""
