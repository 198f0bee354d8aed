"""``topline stat`` for ranks: one, two and several samples, and correlations."""

from typing import TYPE_CHECKING, Annotated, Literal, cast, get_args

import typer

from topline.cli.options import Json
from topline.cli.stat_arguments import chosen
from topline.cli.stat_columns import columns
from topline.cli.stat_command import StatCommand
from topline.cli.stat_options import (
    Data,
    Explain,
    Group,
    Level,
    Method,
    Reference,
    SidesWord,
    Strata,
    Value,
    Where,
    alternative,
    fraction,
)
from topline.cli.stat_report import Row, report

if TYPE_CHECKING:
    from topline.stats.correlation import Coefficient, CorrelationDistribution, RankError
    from topline.stats.ranking import RankMethod
    from topline.stats.signed_rank import Zeros
    from topline.stats.stratified_ranks import Weights


def signed_rank(
    data: Data,
    value: Value,
    minus: Annotated[
        str | None, typer.Option(metavar="COL", help="A second column, subtracted from the first.")
    ] = None,
    method: Method = None,
    zeros: Annotated[str, typer.Option(metavar="WORD", help="drop or pratt.")] = "drop",
    estimator: Annotated[
        str,
        typer.Option(
            metavar="WORD", help="walsh, the median of averages, or root as R where not exact."
        ),
    ] = "walsh",
    where: Where = None,
    level: Level = 95,
    sides: SidesWord = "two-sided",
    json: Json = False,
    explain: Explain = False,
) -> None:
    """Test one sample or paired differences by signed ranks, and estimate the pseudomedian.

    Example: topline stat signed-rank --data advs.csv --value CHG --method exact
    """
    from topline.stats import signed_rank as family
    from topline.stats.ranking import RANK_METHODS

    confidence, side = fraction(level), alternative(sides)
    read = columns(data, [value, minus], where)
    values = read.numbers(value) - (read.numbers(minus) if minus else 0.0)
    rows: list[Row] = []
    for name in chosen(method, RANK_METHODS):
        one = cast("RankMethod", name)
        tested = family.signed_rank_test(values, method=one, sides=side, zeros=cast("Zeros", zeros))
        rows.append(Row(f"test, {name}", tested))
        estimated = family.pseudomedian(
            values,
            level=confidence,
            interval=one,
            estimator=cast("Literal['walsh', 'root']", estimator),
        )
        rows.append(Row(f"pseudomedian, {name}", estimated))
    report(rows, json=json, notes=read.notes)


def rank_sum(
    data: Data,
    value: Value,
    by: Group,
    reference: Reference = None,
    strata: Strata = None,
    method: Method = None,
    estimator: Annotated[
        str,
        typer.Option(
            metavar="WORD",
            help="differences, the median of all, or root as R where not exact.",
        ),
    ] = "differences",
    weights: Annotated[
        str,
        typer.Option(metavar="NAME", help="Of strata in their test: van_elteren or equal."),
    ] = "van_elteren",
    where: Where = None,
    level: Level = 95,
    sides: SidesWord = "two-sided",
    json: Json = False,
    explain: Explain = False,
) -> None:
    """Test two samples by rank sums, and estimate their shift; within strata by van Elteren.

    Example: topline stat rank-sum --data advs.csv --value CHG --by TRTP --reference Placebo
    """
    from topline.stats import rank_sum as family
    from topline.stats.ranking import RANK_METHODS
    from topline.stats.stratified_ranks import stratified_rank_test

    confidence, side = fraction(level), alternative(sides)
    read = columns(data, [value, by, strata], where)
    names = read.two_groups(by, reference)
    first, second = (read.within(by, name).numbers(value) for name in names)
    compared = f"{names[0]} - {names[1]}"
    rows: list[Row] = []
    for name in chosen(method, get_args(family.ShiftInterval)):
        if name in RANK_METHODS:
            tested = family.rank_sum_test(first, second, method=name, sides=side)
            rows.append(Row(f"test, {name}", tested))
        shift = family.hodges_lehmann(
            first,
            second,
            level=confidence,
            interval=cast("family.ShiftInterval", name),
            estimator=cast("Literal['differences', 'root']", estimator),
        )
        rows.append(Row(f"{compared}, {name}", shift))
    if strata is not None:
        # The first by label is the one that "greater" is about; the reference comes second.
        places = [str(names.index(label)) for label in read.labels(by)]
        tested = stratified_rank_test(
            read.numbers(value),
            places,
            read.labels(strata),
            weights=cast("Weights", weights),
            sides=side,
        )
        rows.append(Row("van Elteren" if weights == "van_elteren" else "strata", tested))
    report(rows, json=json, notes=read.notes)


def k_sample(
    data: Data,
    value: Value,
    by: Group,
    order: Annotated[
        str | None,
        typer.Option(metavar="GROUPS", help="Groups in order, commas between; else by name."),
    ] = None,
    where: Where = None,
    sides: SidesWord = "two-sided",
    json: Json = False,
    explain: Explain = False,
) -> None:
    """Test several samples by ranks: Kruskal and Wallis, and for ordered groups Jonckheere.

    Example: topline stat k-sample --data advs.csv --value CHG --by TRTP --order Placebo,Low,High
    """
    from topline.stats.k_sample_ranks import jonckheere_terpstra, kruskal_wallis

    side = alternative(sides)
    read = columns(data, [value, by], where)
    values, labels = read.numbers(value), read.labels(by)
    ordered = order.split(",") if order else read.groups(by)
    rows = [
        Row("kruskal-wallis", kruskal_wallis(values, labels)),
        Row("jonckheere-terpstra", jonckheere_terpstra(values, labels, order=ordered, sides=side)),
    ]
    report(rows, json=json, notes=read.notes)


def correlation(
    data: Data,
    value: Value,
    other: Annotated[
        str, typer.Option("--with", metavar="COL", help="The second column of measurements.")
    ],
    method: Method = None,
    rank_error: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="Behind limits of rank correlations: bonett_wright, fieller, or fisher as SAS.",
        ),
    ] = "bonett_wright",
    distribution: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="Behind tests of rank correlations: approximate, exact, or edgeworth, which R's cor.test "
            "takes for spearman from 10 pairs on.",
        ),
    ] = "approximate",
    where: Where = None,
    level: Level = 95,
    sides: SidesWord = "two-sided",
    json: Json = False,
    explain: Explain = False,
) -> None:
    """Estimate and test correlations of two columns: pearson, spearman, kendall.

    Example: topline stat correlation --data adsl.csv --value AGE --with BMIBL --method spearman
    """
    from topline.stats import correlation as family
    from topline.stats.checking import known

    confidence, side = fraction(level), alternative(sides)
    read = columns(data, [value, other], where)
    first, second = read.numbers(value), read.numbers(other)
    known("distribution", distribution, family.DISTRIBUTIONS)
    # Of all coefficients, those that have no such distribution are tested as ever.
    ranked = ("spearman",) if distribution == "edgeworth" else ("spearman", "kendall")
    rows: list[Row] = []
    for name in chosen(method, ("pearson", "spearman", "kendall")):
        one = cast("Coefficient", name)
        found = family.correlation(
            first,
            second,
            coefficient=one,
            level=confidence,
            rank_error=cast("RankError", rank_error),
        )
        rows.append(Row(name, found))
        asked = cast(
            "CorrelationDistribution", distribution if method or name in ranked else "approximate"
        )
        tested = family.correlation_test(
            first, second, coefficient=one, sides=side, distribution=asked
        )
        rows.append(Row(f"{name}, test", tested))
    report(rows, json=json, notes=read.notes)


COMMANDS = (
    StatCommand(
        name="signed-rank",
        run=signed_rank,
        functions=("signed_rank:signed_rank_test", "signed_rank:pseudomedian"),
    ),
    StatCommand(
        name="rank-sum",
        run=rank_sum,
        functions=(
            "rank_sum:rank_sum_test",
            "rank_sum:hodges_lehmann",
            "stratified_ranks:stratified_rank_test",
        ),
    ),
    StatCommand(
        name="k-sample",
        run=k_sample,
        functions=("k_sample_ranks:kruskal_wallis", "k_sample_ranks:jonckheere_terpstra"),
    ),
    StatCommand(
        name="correlation",
        run=correlation,
        functions=("correlation:correlation", "correlation:correlation_test"),
    ),
)
"""The commands for ranks."""
