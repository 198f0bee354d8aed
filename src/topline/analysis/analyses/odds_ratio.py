"""Odds ratio of two groups with its interval and a test; over strata by Mantel and Haenszel."""

from typing import Annotated, Literal

from msgspec import Meta

from topline.analysis.analyses.analysis import ALL_SIDES, ALL_TYPES, Analysis
from topline.analysis.analyses.equality_of_proportions import POSTED_NAMES
from topline.analysis.analyses.proportion_ratios import ProportionRatio, RatioOptions
from topline.stats.odds_ratio import INTERVALS, odds_ratio
from topline.stats.stratified_tables import common_odds_ratio


class OddsRatioOptions(RatioOptions, frozen=True, kw_only=True):
    """Which interval."""

    limits: Annotated[
        Literal[
            "miettinen_nurminen",
            "cornfield",
            "woolf",
            "haldane_anscombe",
            "conditional_exact",
            "conditional_mid_p",
            "robins_breslow_greenland",
        ]
        | None,
        Meta(
            description="The interval; default: miettinen_nurminen, over strata "
            "robins_breslow_greenland, the only one there."
        ),
    ] = None


_RATIO = ProportionRatio(
    parameter="Odds Ratio (OR)",
    intervals=tuple(INTERVALS),
    single=lambda tables, level, interval: odds_ratio(
        *tables.single, level=level, interval=interval
    ),
    stratified_interval="robins_breslow_greenland",
    stratified=lambda tables, level: common_odds_ratio(*tables.cells, level=level),
)


ANALYSIS = Analysis(
    name="odds_ratio",
    title="odds ratio of two groups with its interval and a test",
    options=OddsRatioOptions,
    analyse=_RATIO.analyse,
    test_names=POSTED_NAMES,
    parameters=("Odds Ratio (OR)",),
    types=ALL_TYPES,
    sides=ALL_SIDES,
)
