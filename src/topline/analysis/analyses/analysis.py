"""What a statistical analysis of an outcome measure is: one class in, registry analyses out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from msgspec import Meta

from topline.analysis.analyses.measured_class import MeasuredClass
from topline.stats.estimate import Estimate, Sides, Test
from topline.trial.specification import GroupName, Part

AnalysisType = Literal["superiority", "non_inferiority", "equivalence", "other"]
"""The registry's types of statistical test."""

Basis = Literal["class", "every_class", "population"]
"""Which rows an analysis rests on: those of the class, of all classes, or everyone of the population."""


class AnalysisOptions(Part, frozen=True, kw_only=True):
    """What every analysis may say of itself."""

    groups: Annotated[
        tuple[GroupName, ...],
        Meta(description="Which groups it is about, in the order of the comparison; default: all."),
    ] = ()
    classes: Annotated[
        str | tuple[str, ...],
        Meta(description="Titles of the classes analyzed, or `all`; default: the first."),
    ] = ()
    type: Annotated[
        AnalysisType,
        Meta(description="The registry's type of statistical test."),
    ] = "other"
    margin: Annotated[
        float | tuple[float, ...],
        Meta(
            description="For non-inferiority, the value on the estimate's scale that the limit must not "
            "cross, such as -10 or 1.3; for equivalence, the two values, such as [0.8, 1.25]."
        ),
    ] = ()
    better: Annotated[
        Literal["higher", "lower"],
        Meta(description="For non-inferiority: which estimates favor the first group."),
    ] = "higher"
    interval: Annotated[
        Literal["two_sided", "lower", "upper"],
        Meta(description="Whether the interval has two limits, or only a lower or an upper one."),
    ] = "two_sided"
    level: Annotated[
        float, Meta(gt=50, lt=100, description="Confidence level of the interval in percent.")
    ] = 95
    family: Annotated[
        str | None,
        Meta(description="The family of tests, of `multiplicity`, whose p-values are adjusted."),
    ] = None
    comment: Annotated[
        str | None, Meta(description="What a reader should know about the analysis.")
    ] = None
    decimals: Annotated[
        int | None,
        Meta(description="Decimal places of the estimate; default: those of the outcome."),
    ] = None

    @property
    def margin_values(self) -> tuple[float, ...]:
        """The margin or margins given."""
        return self.margin if isinstance(self.margin, tuple) else (self.margin,)

    @property
    def two_sided_level(self) -> float:
        """The level, as a fraction, of the two-sided interval that holds the limits asked for."""
        level = self.level / 100
        return level if self.interval == "two_sided" else 2 * level - 1


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
        The estimate with its limits; ``None`` where there is only a test. On the natural scale.
    test_name
        The registry's method, such as ``t-test, 2 sided``.
    parameter
        The registry's estimation parameter.
    comment, estimate_comment
        As posted with the test and the estimate; the latter says the direction of a comparison.
    standard_error
        Whether the estimate's standard error is posted as its dispersion.
    decimals
        Decimal places that suit the estimate where the specification says none; ``None``: those of the outcome.
    basis, condition
        Which rows it rests on; a condition stands for the rows of the dataset that it selects.
    failure
        Why the data do not allow it; it is then not posted, and the reason is noted.
    """

    groups: tuple[str, ...]
    test: Test | None = None
    estimate: Estimate | None = None
    test_name: str | None = None
    parameter: str | None = None
    comment: str | None = None
    estimate_comment: str | None = None
    standard_error: bool = False
    decimals: int | None = None
    basis: Basis = "class"
    condition: str | None = None
    failure: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """A statistical analysis as it is registered, with the registry's vocabulary that it yields.

    Attributes
    ----------
    name
        The word of the specification.
    title
        The analysis in words.
    options
        The type of its options.
    analyse
        A class of the outcome and the options, to the analyses to be posted.
    test_names
        The registry's methods that it may post; a name that is not on the registry's list is posted as Other.
    parameters
        The registry's estimation parameters that it may post; none for a test alone.
    types
        The types of statistical test that it can be: non-inferiority and equivalence need limits.
    sides
        The alternatives that its test offers; none where it has no test.
    dispersion
        Whether it may post the standard error of its estimate.

    Raises
    ------
    ValueError
        If what it declares cannot be posted: neither a test nor an estimate, or a margin without limits.
    """

    name: str
    title: str
    options: type[AnalysisOptions]
    analyse: Callable[[MeasuredClass, Any], Sequence[Analysed]]
    test_names: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    types: tuple[AnalysisType, ...] = ("superiority", "other")
    sides: tuple[Sides, ...] = ("two-sided",)
    dispersion: bool = False

    def __post_init__(self) -> None:
        if not self.test_names and not self.parameters:
            raise ValueError(f"{self.name} declares neither a method nor a parameter to post")
        if not self.parameters and {"non_inferiority", "equivalence"} & set(self.types):
            raise ValueError(f"{self.name} has no limit that a margin could be compared with")

    def refuse_undeclared(self, found: Analysed) -> None:
        """Hold a result to the vocabulary declared.

        Raises
        ------
        ValueError
            If the result has a name that was not declared: a fault of the analysis, not of the data.
        """
        for name, declared in (
            (found.test_name, self.test_names),
            (found.parameter, self.parameters),
        ):
            if name is not None and name not in declared:
                raise ValueError(f"{self.name} posts {name!r}, which it does not declare")
        if found.standard_error and not self.dispersion:
            raise ValueError(f"{self.name} posts a standard error, which it does not declare")


T_TEST_NAMES = ("t-test, 2 sided", "t-test, 1 sided")
"""The registry's names of t-tests."""

ALL_TYPES: tuple[AnalysisType, ...] = ("superiority", "non_inferiority", "equivalence", "other")
"""Of a comparison with limits."""

ALL_SIDES: tuple[Sides, ...] = ("two-sided", "greater", "less")
"""Of a test that has a direction."""


def t_test_name(sides: Sides) -> str:
    """Give the registry's name of a t-test.

    Examples
    --------
    >>> t_test_name("two-sided"), t_test_name("less")
    ('t-test, 2 sided', 't-test, 1 sided')
    """
    return T_TEST_NAMES[0] if sides == "two-sided" else T_TEST_NAMES[1]
