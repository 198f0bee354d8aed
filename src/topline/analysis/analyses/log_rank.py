"""Log-rank test and its weighted forms, of two or more groups, also over strata."""

from typing import Annotated, Literal

from msgspec import Meta

from topline.analysis.analyses.analysis import ALL_SIDES, Analysed, Analysis, AnalysisOptions
from topline.analysis.analyses.comparison import attempt
from topline.analysis.analyses.event_times import CensorOption, StrataOption, event_times
from topline.analysis.analyses.measured_class import MeasuredClass
from topline.errors import UsageError
from topline.stats.log_rank import log_rank, trend

POSTED = {
    "log-rank": "Log Rank",
    "gehan-breslow": "Gehan-Breslow-Wilcoxon test",
    "tarone-ware": "Tarone-Ware test",
    "fleming-harrington": "Fleming-Harrington test",
    "peto-peto": "Peto-Peto test",
}
"""The name that each weight is posted under."""


class LogRankOptions(AnalysisOptions, frozen=True, kw_only=True):
    """Weight, strata and direction."""

    censor: CensorOption = "CNSR"
    strata: StrataOption = ()
    weight: Annotated[
        Literal["log-rank", "gehan-breslow", "tarone-ware", "fleming-harrington", "peto-peto"],
        Meta(description="The weight of each event time."),
    ] = "log-rank"
    rho: Annotated[
        float, Meta(ge=0, description="Of Fleming and Harrington: weight on early events.")
    ] = 0.0
    gamma: Annotated[
        float, Meta(ge=0, description="Of Fleming and Harrington: weight on late events.")
    ] = 0.0
    trend: Annotated[
        bool, Meta(description="Whether the groups are in order, and a trend is tested.")
    ] = False
    scores: Annotated[
        tuple[float, ...],
        Meta(description="For a trend: a number for each group, such as its dose."),
    ] = ()
    sides: Annotated[
        Literal["two-sided", "greater", "less"],
        Meta(
            description="Of two groups: `less` asks whether the first has fewer events than expected."
        ),
    ] = "two-sided"


def analyse(measured: MeasuredClass, options: LogRankOptions) -> list[Analysed]:
    """Test all groups together."""
    keys = measured.keys
    if len(keys) < 2:
        raise UsageError("a log-rank test of one group", accepted="two groups or more")
    if options.scores and (not options.trend or len(options.scores) != len(keys)):
        raise UsageError(
            f"{len(options.scores)} scores for {len(keys)} groups",
            accepted="with `trend: true`, a score for each group",
        )
    if options.sides != "two-sided" and len(keys) > 2 and not options.trend:
        raise UsageError(f"sides: {options.sides} for {len(keys)} groups", accepted="two groups")
    return [attempt(keys, lambda: _test(measured, keys, options))]


def _test(measured: MeasuredClass, keys: tuple[str, ...], options: LogRankOptions) -> Analysed:
    data = event_times(measured, keys, options.censor, options.strata)
    # Groups are tested in the order of their labels.
    places = {key: f"{place:03d}" for place, key in enumerate(keys)}
    found = log_rank(
        data.time,
        data.event,
        [places[key] for key in data.groups],
        strata=data.strata,
        weight=options.weight,
        rho=options.rho,
        gamma=options.gamma,
        sides="two-sided" if options.trend else options.sides,
    )
    test = (
        trend(found, options.scores or None, sides=options.sides) if options.trend else found.test
    )
    words = "Test for trend over the groups in order." if options.trend else ""
    parts = (words, data.comment, data.events_by_group(measured, keys))
    return Analysed(
        groups=keys,
        test=test,
        test_name=POSTED[options.weight],
        comment=" ".join(part for part in parts if part),
    )


ANALYSIS = Analysis(
    name="log_rank",
    title="log-rank test and its weighted and stratified forms",
    options=LogRankOptions,
    analyse=analyse,
    test_names=tuple(POSTED.values()),
    sides=ALL_SIDES,
)
