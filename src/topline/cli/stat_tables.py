"""``topline stat`` for counts in tables: two groups within strata, and tables of any size."""

from collections.abc import Iterator
from typing import Annotated

import typer

from topline.cli.options import Json
from topline.cli.stat_arguments import chosen, numbers, rows, share
from topline.cli.stat_command import StatCommand
from topline.cli.stat_counts import OptionalEvent, counted_strata, counted_table, words_or_data
from topline.cli.stat_options import (
    Explain,
    Level,
    Method,
    OptionalData,
    OptionalGroup,
    Reference,
    Strata,
    Where,
    fraction,
)
from topline.cli.stat_report import Row, number, report
from topline.errors import UsageError


def stratified(
    strata: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="GROUP,CONTROL...",
            help="For each stratum the two groups' counts and numbers, such as 16/48,9/46; or --data.",
        ),
    ] = None,
    data: OptionalData = None,
    event: OptionalEvent = None,
    by: OptionalGroup = None,
    stratum: Strata = None,
    reference: Reference = None,
    method: Method = None,
    weights: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="Of the risk difference's strata: mantel_haenszel, size or equal."
        ),
    ] = "mantel_haenszel",
    level: Level = 95,
    where: Where = None,
    json: Json = False,
    explain: Explain = False,
) -> None:
    """Compare two proportions over strata: common difference, ratios, tests, homogeneity.

    Example: topline stat stratified 16/48,9/46 7/31,4/30 12/40,10/41
    """
    from topline.stats.checking import known
    from topline.stats.stratified_risk_difference import INTERVALS, WEIGHTS, common_risk_difference

    confidence = fraction(level)
    names = chosen(method, INTERVALS)
    known("weight", weights, WEIGHTS)
    needed = "strata such as 16/48,9/46; or --data with --event, --by and --strata"
    notes: tuple[str, ...] = ()
    if (source := words_or_data([" ".join(strata or ()) or None], data, needed)) is None:
        tables = [_stratum(text) for text in strata or ()]
        notes = (f"the first group against the second, {len(tables)} strata",)
    else:
        compared, tables, notes = counted_strata(source, event, by, stratum, where, reference)
        notes = (*notes, f"{compared}, {len(tables)} strata")
    counts = (
        [table[0] for table in tables],
        [table[1] for table in tables],
        [table[2] for table in tables],
        [table[3] for table in tables],
    )
    found = [
        Row(
            f"difference, {name}",
            common_risk_difference(*counts, level=confidence, interval=name, weights=weights),
        )
        for name in names
        # Sato's standard error is for Mantel and Haenszel's weights alone.
        if method is not None or INTERVALS[name].weights in (None, weights)
    ]
    if method is None:
        found += _common_ratios(counts, confidence)
    report(found, json=json, notes=notes)


_Counts = tuple[list[float], list[float], list[float], list[float]]


def _common_ratios(counts: _Counts, level: float) -> Iterator[Row]:
    from topline.stats import stratified_tables as family
    from topline.stats.exact_tables import conditional_odds_ratio, fisher_test

    yield Row("ratio", family.common_risk_ratio(*counts, level=level))
    yield Row("odds ratio", family.common_odds_ratio(*counts, level=level))
    yield Row("odds ratio, exact", conditional_odds_ratio(*counts, level=level))
    mid_p = conditional_odds_ratio(*counts, level=level, tail="mid_p")
    yield Row("odds ratio, exact mid-p", mid_p)
    yield Row("test", family.cochran_mantel_haenszel(*counts))
    yield Row("test, corrected", family.cochran_mantel_haenszel(*counts, corrected=True))
    yield Row("test, exact", fisher_test(*counts))
    yield Row("test, exact mid-p", fisher_test(*counts, tail="mid_p"))
    for name in family.HOMOGENEITY_TESTS:
        yield Row(f"homogeneity, {name}", family.homogeneity_test(*counts, test=name))


def _stratum(text: str) -> tuple[float, float, float, float]:
    groups = text.split(",")
    if len(groups) != 2:
        raise UsageError(
            f"{text!r} is not a stratum of two groups",
            where="GROUP,CONTROL",
            accepted="two groups, such as 16/48,9/46",
        )
    return (*share(groups[0], text), *share(groups[1], text))


def table(
    tables: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="TABLE...",
            help="Counts: rows with semicolons between them; one table for each stratum; or --data.",
        ),
    ] = None,
    data: OptionalData = None,
    row: Annotated[
        str | None, typer.Option("--rows", metavar="COL", help="With --data: the rows' categories.")
    ] = None,
    column: Annotated[
        str | None,
        typer.Option("--columns", metavar="COL", help="With --data: the columns' categories."),
    ] = None,
    stratum: Strata = None,
    trend: Annotated[
        bool, typer.Option("--trend", help="The first of two columns is affected: test a trend.")
    ] = False,
    column_scores: Annotated[
        str | None,
        typer.Option(metavar="NUMBERS", help="Scores of ordered columns; else 1,2,3, …"),
    ] = None,
    row_scores: Annotated[
        str | None, typer.Option(metavar="NUMBERS", help="Scores of ordered rows; else 1,2,3, …")
    ] = None,
    exact: Annotated[
        bool, typer.Option("--exact", help="Freeman and Halton's exact test, too.")
    ] = False,
    where: Where = None,
    json: Json = False,
    explain: Explain = False,
) -> None:
    """Test association in a table of counts, over strata where there are several.

    Example: topline stat table "12,5,8;9,3,14;7,10,2"
    """
    from topline.stats import contingency as family

    needed = 'counts such as "12,5;9,3"; or --data with --rows and --columns'
    notes: tuple[str, ...] = ()
    if (source := words_or_data([" ".join(tables or ()) or None], data, needed)) is None:
        strata = [rows(text, "TABLE") for text in tables or ()]
    else:
        strata, notes = counted_table(source, row, column, stratum, where)
    by_row = numbers(row_scores, "--row-scores") if row_scores else None
    by_column = numbers(column_scores, "--column-scores") if column_scores else None
    alone = strata[0] if len(strata) == 1 else None
    found: list[Row] = []
    if alone is not None:
        found += [
            Row("pearson", family.pearson_test(alone)),
            Row("likelihood ratio", family.likelihood_ratio_test(alone)),
            Row("Cramér's V", number(family.cramers_v(alone), "Cramér's V")),
            Row("kruskal-wallis", family.kruskal_wallis_of_columns(alone, by_column)),
        ]
    if exact or trend:
        found += _asked(alone, by_row, exact=exact, trend=trend)
    found += [
        Row(
            f"cmh, {name}",
            family.cochran_mantel_haenszel_test(
                strata, test=name, row_scores=by_row, column_scores=by_column
            ),
        )
        for name in family.CMH_TESTS
    ]
    report(found, json=json, notes=notes)


def _asked(
    table: list[tuple[float, ...]] | None,
    scores: tuple[float, ...] | None,
    *,
    exact: bool,
    trend: bool,
) -> Iterator[Row]:
    from topline.stats.contingency import cochran_armitage_test
    from topline.stats.freeman_halton import freeman_halton_test

    if table is None:
        raise UsageError("--exact and --trend are for one table", accepted="one TABLE")
    if exact:
        yield Row("exact", freeman_halton_test(table))
    if trend:
        if len(table[0]) != 2:
            raise UsageError(
                f"a trend is tested in two columns, not {len(table[0])}",
                where="--trend",
                accepted="rows of affected,others",
            )
        affected = [row[0] for row in table]
        yield Row("trend", cochran_armitage_test(affected, [sum(row) for row in table], scores))


COMMANDS = (
    StatCommand(
        name="stratified",
        run=stratified,
        functions=(
            "stratified_risk_difference:common_risk_difference",
            "stratified_tables:common_risk_ratio",
            "stratified_tables:common_odds_ratio",
            "stratified_tables:cochran_mantel_haenszel",
            "stratified_tables:homogeneity_test",
            "exact_tables:conditional_odds_ratio",
            "exact_tables:fisher_test",
        ),
        methods=("stratified_risk_difference:INTERVALS", "stratified_risk_difference:WEIGHTS"),
    ),
    StatCommand(
        name="table",
        run=table,
        functions=(
            "contingency:pearson_test",
            "contingency:likelihood_ratio_test",
            "contingency:cramers_v",
            "contingency:cochran_mantel_haenszel_test",
            "contingency:kruskal_wallis_of_columns",
            "contingency:cochran_armitage_test",
            "freeman_halton:freeman_halton_test",
        ),
        methods=("contingency:CMH_TESTS",),
    ),
)
"""The commands for tables of counts."""
