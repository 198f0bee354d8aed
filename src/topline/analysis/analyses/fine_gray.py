"""Fine and Gray's regression: subdistribution hazard ratios of groups where other events compete."""

from topline.analysis.analyses.analysis import ALL_TYPES, Analysed, Analysis
from topline.analysis.analyses.comparison import attempt_all, pairs, ratio_direction
from topline.analysis.analyses.competing_causes import CompetingOption, causes, causes_comment
from topline.analysis.analyses.event_times import CensorOption, event_times
from topline.analysis.analyses.measured_class import MeasuredClass
from topline.analysis.analyses.model_variables import ModelOptions, model_rows, modelled
from topline.stats.fine_gray import fine_gray

NAME = "Fine and Gray regression"
PARAMETER = "Subdistribution hazard ratio"


class FineGrayOptions(ModelOptions, frozen=True, kw_only=True):
    """Which events compete."""

    competing: CompetingOption
    censor: CensorOption = "CNSR"


def analyse(measured: MeasuredClass, options: FineGrayOptions) -> list[Analysed]:
    """Fit one model to all groups, and compare each with the reference."""
    compared = pairs(measured, options)
    return attempt_all(compared, lambda: _compare(measured, compared, options))


def _compare(
    measured: MeasuredClass, compared: list[tuple[str, str]], options: FineGrayOptions
) -> list[Analysed]:
    keys = modelled(measured, compared, options.fitted_to)
    data = event_times(measured, keys, options.censor)
    rows = model_rows(
        data.frame.with_columns(__time__=data.time, __cause__=causes(data, options.competing)),
        options.covariates,
        options.factors,
        keys,
    )
    matrix = rows.matrix(keys)
    cause = rows.frame["__cause__"].to_numpy()
    fit = fine_gray(
        rows.frame["__time__"].to_numpy(),
        cause,
        matrix.columns[:, 1:],
        names=matrix.names[1:],
        level=options.two_sided_level,
    )
    comment = " ".join(part for part in (rows.comment, causes_comment(cause)) if part)
    return [
        Analysed(
            groups=(first, second),
            estimate=fit.hazard_ratios[place],
            test=None if options.margin_values else fit.coefficient_tests[place],
            test_name=None if options.margin_values else NAME,
            parameter=PARAMETER,
            comment=comment,
            estimate_comment=ratio_direction(measured, first, second),
            decimals=2,
        )
        for place, (first, second) in enumerate(compared)
    ]


ANALYSIS = Analysis(
    name="fine_gray",
    title="subdistribution hazard ratios by Fine and Gray's regression",
    options=FineGrayOptions,
    analyse=analyse,
    test_names=(NAME,),
    parameters=(PARAMETER,),
    types=ALL_TYPES,
)
