"""Difference of two proportions, in percentage points, with its interval and a test; also over strata."""

from typing import Annotated, Literal

from msgspec import Meta

from topline.analysis.analyses.analysis import ALL_SIDES, ALL_TYPES, Analysed, Analysis
from topline.analysis.analyses.comparison import (
    compare_pairs,
    difference_direction,
    hypothesis_test,
)
from topline.analysis.analyses.equality_of_proportions import (
    POSTED_NAMES,
    EqualityOptions,
    equality_test,
)
from topline.analysis.analyses.measured_class import MeasuredClass
from topline.analysis.analyses.two_by_two import TwoByTwo, basis_of, in_percent, two_by_two
from topline.errors import UsageError
from topline.stats.estimate import Estimate, Sides, Test
from topline.stats.non_inferiority import difference_test
from topline.stats.risk_difference import INTERVALS, risk_difference
from topline.stats.stratified_risk_difference import INTERVALS as STRATIFIED_INTERVALS
from topline.stats.stratified_risk_difference import common_risk_difference

MARGIN_TESTS = {
    "farrington_manning": "Farrington-Manning test",
    "miettinen_nurminen": "Miettinen-Nurminen score test",
    "wald": "Wald test of a margin",
}
"""Tests against a margin, and the names they are posted under."""


class RiskDifferenceOptions(EqualityOptions, frozen=True, kw_only=True):
    """Which interval, and which test against a margin; margins are in percentage points."""

    limits: Annotated[
        Literal[
            "miettinen_nurminen",
            "mee",
            "newcombe",
            "newcombe_corrected",
            "agresti_caffo",
            "wald",
            "wald_corrected",
            "greenland_robins",
            "sato",
        ],
        Meta(
            description="The interval; over strata miettinen_nurminen, newcombe, greenland_robins or "
            "sato."
        ),
    ] = "miettinen_nurminen"
    margin_test: Annotated[
        Literal["farrington_manning", "miettinen_nurminen", "wald"],
        Meta(description="The test against a margin, without strata."),
    ] = "farrington_manning"


def analyse(measured: MeasuredClass, options: RiskDifferenceOptions) -> list[Analysed]:
    """Compare each group with the reference."""
    return compare_pairs(measured, options, _compare)


def _compare(
    measured: MeasuredClass, first: str, second: str, options: RiskDifferenceOptions
) -> Analysed:
    tables = two_by_two(measured, first, second, options)
    estimate = in_percent(_estimate(tables, options))
    test, name = _test(tables, options)
    return basis_of(
        measured,
        Analysed(
            groups=(first, second),
            test=test,
            estimate=estimate,
            test_name=name,
            parameter="Risk Difference (RD)",
            comment=tables.comment or None,
            estimate_comment=f"{difference_direction(measured, first, second)} In percentage points; "
            f"{estimate.method.partition(',')[0]}.",
            standard_error=estimate.standard_error is not None,
            decimals=1,
        ),
    )


def _estimate(tables: TwoByTwo, options: RiskDifferenceOptions) -> Estimate:
    available = STRATIFIED_INTERVALS if tables.strata else INTERVALS
    if options.limits not in available:
        raise UsageError(
            f"limits: {options.limits} " + ("over strata" if tables.strata else "without strata"),
            accepted=", ".join(available),
        )
    level = options.two_sided_level
    if tables.strata:
        return common_risk_difference(*tables.cells, level=level, interval=options.limits)
    return risk_difference(*tables.single, level=level, interval=options.limits)


def _test(tables: TwoByTwo, options: RiskDifferenceOptions) -> tuple[Test | None, str | None]:
    if not options.margin_values:
        return equality_test(tables, options)
    if tables.strata:
        return None, None  # the limits decide

    def against(margin: float, sides: Sides) -> Test:
        return difference_test(
            *tables.single, null_difference=margin / 100, sides=sides, test=options.margin_test
        )

    return hypothesis_test(options, against, 0.0), MARGIN_TESTS[options.margin_test]


ANALYSIS = Analysis(
    name="risk_difference",
    title="difference of two proportions with its interval and a test",
    options=RiskDifferenceOptions,
    analyse=analyse,
    test_names=(*POSTED_NAMES, *MARGIN_TESTS.values()),
    parameters=("Risk Difference (RD)",),
    types=ALL_TYPES,
    sides=ALL_SIDES,
    dispersion=True,
)
