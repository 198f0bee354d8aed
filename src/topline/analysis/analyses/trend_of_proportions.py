"""Cochran–Armitage test: whether a proportion rises or falls along ordered groups, such as doses."""

from typing import Annotated

from msgspec import Meta

from topline.analysis.analyses.analysis import Analysed, Analysis, AnalysisOptions
from topline.analysis.analyses.comparison import attempt
from topline.analysis.analyses.measured_class import MeasuredClass
from topline.analysis.analyses.two_by_two import basis_of
from topline.errors import UsageError
from topline.stats.contingency import cochran_armitage_test


class TrendOptions(AnalysisOptions, frozen=True, kw_only=True):
    """The category, and the scores of the groups."""

    category: Annotated[
        str | None,
        Meta(description="The category whose participants are counted, where there are several."),
    ] = None
    scores: Annotated[
        tuple[float, ...],
        Meta(description="A number for each group in order, such as its dose; default: 1, 2, 3."),
    ] = ()


def analyse(measured: MeasuredClass, options: TrendOptions) -> list[Analysed]:
    """Test all groups together, in their order."""
    keys = measured.keys
    if options.scores and len(options.scores) != len(keys):
        raise UsageError(f"{len(options.scores)} scores for {len(keys)} groups")
    return [attempt(keys, lambda: _test(measured, keys, options))]


def _test(measured: MeasuredClass, keys: tuple[str, ...], options: TrendOptions) -> Analysed:
    counts = [measured.counts(key, options.category) for key in keys]
    scores = options.scores or tuple(float(place) for place in range(1, len(keys) + 1))
    order = ", ".join(
        f"{measured.titles[key]} {score:g}" for key, score in zip(keys, scores, strict=True)
    )
    return basis_of(
        measured,
        Analysed(
            groups=keys,
            test=cochran_armitage_test(
                [count for count, _ in counts], [number for _, number in counts], scores
            ),
            test_name="Cochran-Armitage trend test",
            comment=f"Scores: {order}.",
        ),
    )


ANALYSIS = Analysis(
    name="trend_of_proportions",
    title="trend of a proportion over ordered groups (Cochran–Armitage)",
    options=TrendOptions,
    analyse=analyse,
    test_names=("Cochran-Armitage trend test",),
)
