"""Gray's test: whether groups share one cumulative incidence where other events compete."""

from topline.analysis.analyses.analysis import Analysed, Analysis, AnalysisOptions
from topline.analysis.analyses.comparison import attempt
from topline.analysis.analyses.competing_causes import CompetingOption, causes, causes_comment
from topline.analysis.analyses.event_times import CensorOption, StrataOption, event_times
from topline.analysis.analyses.measured_class import MeasuredClass
from topline.errors import UsageError
from topline.stats.gray_test import gray_test


class GrayOptions(AnalysisOptions, frozen=True, kw_only=True):
    """Which events compete."""

    competing: CompetingOption
    censor: CensorOption = "CNSR"
    strata: StrataOption = ()


def analyse(measured: MeasuredClass, options: GrayOptions) -> list[Analysed]:
    """Test all groups together."""
    keys = measured.keys
    if len(keys) < 2:
        raise UsageError("Gray's test of one group", accepted="two groups or more")
    return [attempt(keys, lambda: _test(measured, keys, options))]


def _test(measured: MeasuredClass, keys: tuple[str, ...], options: GrayOptions) -> Analysed:
    data = event_times(measured, keys, options.censor, options.strata)
    cause = causes(data, options.competing)
    found = gray_test(data.time, cause, data.groups, strata=data.strata)
    return Analysed(
        groups=keys,
        test=found.test,
        test_name="Gray's test",
        comment=" ".join(part for part in (data.comment, causes_comment(cause)) if part),
    )


ANALYSIS = Analysis(
    name="gray_test",
    title="Gray's test of cumulative incidences with competing events",
    options=GrayOptions,
    analyse=analyse,
    test_names=("Gray's test",),
)
