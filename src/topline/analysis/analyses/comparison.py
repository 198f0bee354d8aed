"""Comparisons of two groups: which pairs, in which direction, and what happens where the data do not allow one."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Annotated, Literal, TypeVar

from msgspec import Meta

from topline.analysis.analyses.analysis import Analysed, AnalysisOptions
from topline.analysis.analyses.measured_class import MeasuredClass
from topline.errors import ToplineError, UsageError
from topline.stats.estimate import Sides, Test
from topline.trial.specification import GroupName


class ComparisonOptions(AnalysisOptions, frozen=True, kw_only=True):
    """Which groups are compared with which."""

    reference: Annotated[
        GroupName | None,
        Meta(
            description="The group that every other is compared with; default: the second of two groups "
            "named, else the one whose type is a comparator."
        ),
    ] = None


class SidedOptions(ComparisonOptions, frozen=True, kw_only=True):
    """Options of a comparison whose test has a direction."""

    sides: Annotated[
        Literal["two-sided", "greater", "less"],
        Meta(
            description="The alternative: the first group differs from, is greater or is less than the "
            "reference; that of non-inferiority follows from the margin."
        ),
    ] = "two-sided"


Options = TypeVar("Options", bound=ComparisonOptions)


def pairs(measured: MeasuredClass, options: ComparisonOptions) -> list[tuple[str, str]]:
    """List the pairs compared: the first minus, or over, the second.

    Raises
    ------
    UsageError
        If nothing says which group is the reference.
    """
    keys = list(measured.keys)
    reference = options.reference or (
        keys[1] if options.groups and len(keys) == 2 else measured.control
    )
    if reference is None or reference not in measured.samples:
        raise UsageError(
            "nothing says which group the others are compared with",
            accepted=", ".join(measured.samples),
            advice="say `reference:` in the analysis, or give a group a comparator's `type:`",
        )
    others = [key for key in keys if key != reference]
    if not others:
        raise UsageError("there is no group to compare with the reference", accepted="two groups")
    return [(key, reference) for key in others]


def compare_pairs(
    measured: MeasuredClass,
    options: Options,
    compare: Callable[[MeasuredClass, str, str, Options], Analysed],
) -> list[Analysed]:
    """Compare each pair by itself; a pair that the data do not allow becomes a failure with its reason."""
    return [
        attempt((first, second), partial(compare, measured, first, second, options))
        for first, second in pairs(measured, options)
    ]


def attempt(groups: tuple[str, ...], analyse: Callable[[], Analysed]) -> Analysed:
    """Analyse, or say why the data do not allow it; a mistake of the specification is raised."""
    try:
        return analyse()
    except UsageError:
        raise
    except ToplineError as error:
        return Analysed(groups=groups, failure=error.in_one_line)


def attempt_all(
    compared: Sequence[tuple[str, str]], analyse: Callable[[], list[Analysed]]
) -> list[Analysed]:
    """Compare all pairs by one model; where the data do not allow it, every pair fails for its reason."""
    try:
        return analyse()
    except UsageError:
        raise
    except ToplineError as error:
        return [Analysed(groups=pair, failure=error.in_one_line) for pair in compared]


def difference_direction(measured: MeasuredClass, first: str, second: str) -> str:
    """Say the direction of a difference, such as ``Drug minus Placebo.``."""
    return f"{measured.titles[first]} minus {measured.titles[second]}."


def ratio_direction(measured: MeasuredClass, first: str, second: str) -> str:
    """Say the direction of a ratio, such as ``Drug over Placebo.``."""
    return f"{measured.titles[first]} over {measured.titles[second]}."


def hypothesis_test(
    options: SidedOptions, test: Callable[[float, Sides], Test], null_value: float
) -> Test:
    """Test against the null value, or against the margin.

    Non-inferiority is one test against its margin. Equivalence is two one-sided tests, of which the larger p-value
    counts (D. J. Schuirmann, Journal of Pharmacokinetics and Biopharmaceutics 15 (1987) 657–680).

    Parameters
    ----------
    options
        Type, margin and sides.
    test
        Tests the comparison against a value with an alternative.
    null_value
        What a test of superiority compares with: 0 for a difference, 1 for a ratio.
    """
    margins = options.margin_values
    if options.type == "non_inferiority":
        return test(margins[0], "greater" if options.better == "higher" else "less")
    if options.type == "equivalence":
        low, high = test(min(margins), "greater"), test(max(margins), "less")
        larger = high if (high.p_value or 0) > (low.p_value or 0) else low
        missing = next((one for one in (low, high) if one.p_value is None), larger)
        return replace(missing, method=f"two one-sided tests: {missing.method}")
    return test(null_value, options.sides)
