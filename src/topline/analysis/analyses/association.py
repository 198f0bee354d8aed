"""Groups by ordered or unordered categories: Cochran–Mantel–Haenszel tests over strata, Pearson, Kruskal–Wallis."""

from typing import Annotated, Literal

import numpy as np
import polars as pl
from msgspec import Meta

from topline.analysis.analyses.analysis import Analysed, Analysis, AnalysisOptions
from topline.analysis.analyses.comparison import attempt
from topline.analysis.analyses.measured_class import RESPONDED, MeasuredClass
from topline.analysis.analyses.two_by_two import basis_of
from topline.analysis.cohort import INDEX
from topline.errors import DataError, UsageError
from topline.stats.contingency import (
    cochran_mantel_haenszel_test,
    kruskal_wallis_of_columns,
    pearson_test,
)
from topline.stats.estimate import Floats, Test
from topline.stats.freeman_halton import freeman_halton_test
from topline.trial.specification import Variable

POSTED = {
    "row_mean_scores": "Cochran-Mantel-Haenszel",
    "general_association": "Cochran-Mantel-Haenszel",
    "correlation": "Cochran-Mantel-Haenszel",
    "pearson": "Chi-squared",
    "fisher_exact": "Fisher Exact",
    "kruskal_wallis": "Kruskal-Wallis",
}
"""The registry's name of each test."""


class AssociationOptions(AnalysisOptions, frozen=True, kw_only=True):
    """Which association, and by which strata."""

    test: Annotated[
        Literal[
            "row_mean_scores",
            "general_association",
            "correlation",
            "pearson",
            "fisher_exact",
            "kruskal_wallis",
        ],
        Meta(
            description="row_mean_scores: the groups differ in the mean score of ordered categories; "
            "general_association: in any way; correlation: groups are ordered too."
        ),
    ] = "row_mean_scores"
    scores: Annotated[
        tuple[float, ...],
        Meta(description="A number for each category in order; default: 1, 2, 3."),
    ] = ()
    strata: Annotated[
        tuple[Variable, ...], Meta(description="Variables that make strata, such as SITEGR1.")
    ] = ()


def analyse(measured: MeasuredClass, options: AssociationOptions) -> list[Analysed]:
    """Test all groups and all categories together."""
    titles = tuple(measured.categories)
    if len(titles) < 2:
        raise UsageError(
            f"the outcome counts {len(titles)} categories", accepted="at least two categories"
        )
    if options.scores and len(options.scores) != len(titles):
        raise UsageError(f"{len(options.scores)} scores for {len(titles)} categories")
    if options.strata and POSTED[options.test] != "Cochran-Mantel-Haenszel":
        raise UsageError(
            f"test: {options.test} takes no strata",
            accepted="row_mean_scores, general_association or correlation",
        )
    keys = measured.keys
    return [attempt(keys, lambda: _one(measured, keys, titles, options))]


def _one(
    measured: MeasuredClass,
    keys: tuple[str, ...],
    titles: tuple[str, ...],
    options: AssociationOptions,
) -> Analysed:
    tables, left_out = _tables(measured, keys, titles, options)
    words = f"Stratified by {', '.join(options.strata)}." if options.strata else ""
    if left_out:
        words += f" {left_out} participants without a stratum are left out."
    return basis_of(
        measured,
        Analysed(
            groups=keys,
            test=_test(tables, options),
            test_name=POSTED[options.test],
            comment=f"{options.test.replace('_', ' ').capitalize()} over the categories "
            f"{', '.join(titles)}. {words}".strip(),
        ),
    )


def _tables(
    measured: MeasuredClass,
    keys: tuple[str, ...],
    titles: tuple[str, ...],
    options: AssociationOptions,
) -> tuple[list[Floats], int]:
    """Count groups × categories in each stratum; who counts in several categories cannot be placed."""
    strata = [name.upper() for name in options.strata]
    rows: dict[tuple[object, ...], Floats] = {}
    left_out = 0
    seen: set[tuple[str, int]] = set()
    for row, key in enumerate(keys):
        for column, title in enumerate(titles):
            frame = measured.responses([key], title).filter(pl.col(RESPONDED))
            people = {(key, int(one)) for one in frame[INDEX]}
            if people & seen or len(people) != frame.height:
                raise DataError(
                    "participants count in several categories",
                    accepted="categories that exclude one another, one row a participant",
                )
            seen |= people
            known = frame.drop_nulls(strata)
            left_out += frame.height - known.height
            for stratum in known.select(strata).iter_rows() if strata else [()] * known.height:
                table = rows.setdefault(stratum, np.zeros((len(keys), len(titles))))
                table[row, column] += 1
    if not rows:
        raise DataError("no participant counts in any category")
    return list(rows.values()), left_out


def _test(tables: list[Floats], options: AssociationOptions) -> Test:
    scores = options.scores or None
    if options.test == "pearson":
        return pearson_test(tables[0])
    if options.test == "fisher_exact":
        return freeman_halton_test(tables[0])
    if options.test == "kruskal_wallis":
        return kruskal_wallis_of_columns(tables[0], scores)
    return cochran_mantel_haenszel_test(tables, test=options.test, column_scores=scores)


ANALYSIS = Analysis(
    name="association",
    title="association of groups with ordered or unordered categories",
    options=AssociationOptions,
    analyse=analyse,
    test_names=tuple(dict.fromkeys(POSTED.values())),
)
