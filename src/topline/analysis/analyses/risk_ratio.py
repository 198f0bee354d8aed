"""Ratio of two proportions with its interval and a test; over strata by Mantel and Haenszel."""

from typing import Annotated, Literal

from msgspec import Meta

from topline.analysis.analyses.analysis import ALL_SIDES, ALL_TYPES, Analysed, Analysis
from topline.analysis.analyses.comparison import compare_pairs
from topline.analysis.analyses.equality_of_proportions import POSTED_NAMES, EqualityOptions
from topline.analysis.analyses.measured_class import MeasuredClass
from topline.analysis.analyses.proportion_ratios import ProportionRatio
from topline.stats.risk_ratio import INTERVALS, risk_ratio
from topline.stats.stratified_tables import common_risk_ratio


class RiskRatioOptions(EqualityOptions, frozen=True, kw_only=True):
    """Which interval."""

    limits: Annotated[
        Literal["miettinen_nurminen", "koopman", "katz", "greenland_robins"] | None,
        Meta(
            description="The interval; default: miettinen_nurminen, over strata greenland_robins, the "
            "only one there."
        ),
    ] = None


_RATIO = ProportionRatio(
    parameter="Risk Ratio (RR)",
    intervals=tuple(INTERVALS),
    single=lambda tables, level, interval: risk_ratio(
        *tables.single, level=level, interval=interval
    ),
    stratified_interval="greenland_robins",
    stratified=lambda tables, level: common_risk_ratio(*tables.cells, level=level),
)


def analyse(measured: MeasuredClass, options: RiskRatioOptions) -> list[Analysed]:
    """Compare each group with the reference."""
    return compare_pairs(
        measured,
        options,
        lambda given, first, second, chosen: _RATIO.compare(
            given, first, second, chosen, chosen.limits
        ),
    )


ANALYSIS = Analysis(
    name="risk_ratio",
    title="ratio of two proportions with its interval and a test",
    options=RiskRatioOptions,
    analyse=analyse,
    test_names=POSTED_NAMES,
    parameters=("Risk Ratio (RR)",),
    types=ALL_TYPES,
    sides=ALL_SIDES,
)
