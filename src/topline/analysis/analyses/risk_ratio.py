"""Ratio of two proportions with its interval and a test; over strata by Mantel and Haenszel."""

from typing import Annotated, Literal

from msgspec import Meta

from topline.analysis.analyses.analysis import ALL_SIDES, ALL_TYPES, Analysis
from topline.analysis.analyses.equality_of_proportions import POSTED_NAMES
from topline.analysis.analyses.proportion_ratios import ProportionRatio, RatioOptions
from topline.stats.risk_ratio import INTERVALS, risk_ratio
from topline.stats.stratified_tables import common_risk_ratio


class RiskRatioOptions(RatioOptions, frozen=True, kw_only=True):
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


ANALYSIS = Analysis(
    name="risk_ratio",
    title="ratio of two proportions with its interval and a test",
    options=RiskRatioOptions,
    analyse=_RATIO.analyse,
    test_names=POSTED_NAMES,
    parameters=("Risk Ratio (RR)",),
    types=ALL_TYPES,
    sides=ALL_SIDES,
)
