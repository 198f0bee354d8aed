"""McNemar's test: whether the proportion in a category changed within a group."""

from functools import partial
from typing import Annotated, Literal

from msgspec import Meta

from topline.analysis.analyses.analysis import Analysed, Analysis, AnalysisOptions
from topline.analysis.analyses.comparison import attempt
from topline.analysis.analyses.measured_class import RESPONDED, MeasuredClass
from topline.analysis.analyses.two_by_two import basis_of, in_percent
from topline.errors import DataError
from topline.stats.mcnemar import mcnemar_test
from topline.stats.paired_proportions import paired_difference
from topline.trial.specification import Condition


class McNemarOptions(AnalysisOptions, frozen=True, kw_only=True):
    """Who had the event before, which test and which limits."""

    before: Annotated[
        Condition,
        Meta(description="Who was in the category before, such as BNRIND == 'HIGH'."),
    ]
    category: Annotated[
        str | None,
        Meta(description="The category after, where there are several."),
    ] = None
    test: Annotated[
        Literal["asymptotic", "corrected", "exact", "mid_p"],
        Meta(description="The form of the test."),
    ] = "asymptotic"
    limits: Annotated[
        Literal["tango", "newcombe", "wald"], Meta(description="The interval of the change.")
    ] = "tango"


def analyse(measured: MeasuredClass, options: McNemarOptions) -> list[Analysed]:
    """Test each group by itself."""
    return [attempt((key,), partial(_one, measured, key, options)) for key in measured.keys]


def _one(measured: MeasuredClass, key: str, options: McNemarOptions) -> Analysed:
    frame = measured.responses([key], options.category)
    if frame.is_empty():
        raise DataError("no participant was analyzed")
    after = frame[RESPONDED]
    before = measured.asked(frame, options.before)
    both = int((after & before).sum())
    gained, lost = int((after & ~before).sum()), int((before & ~after).sum())
    estimate = in_percent(
        paired_difference(
            both,
            gained,
            lost,
            frame.height - both - gained - lost,
            level=options.two_sided_level,
            interval=options.limits,
        )
    )
    return basis_of(
        measured,
        Analysed(
            groups=(key,),
            test=mcnemar_test(gained, lost, test=options.test),
            estimate=estimate,
            test_name="McNemar",
            parameter="Risk Difference (RD)",
            comment=f"{gained} participants came into the category and {lost} left it, "
            f"of {frame.height}.",
            estimate_comment="After minus before, in percentage points.",
            decimals=1,
        ),
    )


ANALYSIS = Analysis(
    name="mcnemar",
    title="McNemar's test of a change in proportion within a group",
    options=McNemarOptions,
    analyse=analyse,
    test_names=("McNemar",),
    parameters=("Risk Difference (RD)",),
)
