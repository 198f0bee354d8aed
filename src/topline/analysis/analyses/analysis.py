"""What a statistical analysis of an outcome measure is: samples in, one registry analysis out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from msgspec import Meta

from topline.analysis.summaries.summary import Sample
from topline.stats.estimate import Estimate, Sides, Test
from topline.trial.specification import GroupName, Part


class AnalysisOptions(Part, frozen=True, kw_only=True):
    """What every analysis may say of itself."""

    groups: Annotated[
        tuple[GroupName, ...], Meta(description="Which groups it is about; default: all.")
    ] = ()
    type: Annotated[
        Literal["superiority", "other"],
        Meta(description="The registry's type of statistical test."),
    ] = "other"
    comment: Annotated[
        str | None, Meta(description="What a reader should know about the analysis.")
    ] = None
    decimals: Annotated[
        int | None,
        Meta(description="Decimal places of the estimate; default: those of the outcome."),
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysed:
    """One statistical analysis to be posted.

    Attributes
    ----------
    groups
        Keys of the groups it is about, in the order of the comparison.
    test
        The test; ``None`` where there is only an estimate.
    estimate
        The estimate with its limits; ``None`` where there is only a test.
    test_name
        The registry's method, such as ``t-test, 2 sided``.
    parameter
        The registry's estimation parameter.
    comment, estimate_comment
        As posted with the test and the estimate.
    """

    groups: tuple[str, ...]
    test: Test | None
    estimate: Estimate | None
    test_name: str | None
    parameter: str | None
    comment: str | None = None
    estimate_comment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """A statistical analysis as it is registered.

    Attributes
    ----------
    name
        The word of the specification.
    title
        The analysis in words.
    options
        The type of its options.
    analyse
        The samples of the outcome's first class and the options, to the analyses to be posted.
    """

    name: str
    title: str
    options: type[AnalysisOptions]
    analyse: Callable[[Sequence[Sample], Any], Sequence[Analysed]]


def t_test_name(sides: Sides) -> str:
    """Give the registry's name of a t-test.

    Examples
    --------
    >>> t_test_name("two-sided"), t_test_name("less")
    ('t-test, 2 sided', 't-test, 1 sided')
    """
    return "t-test, 2 sided" if sides == "two-sided" else "t-test, 1 sided"
