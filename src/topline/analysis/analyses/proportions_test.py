"""Test that two proportions are equal, without an estimate: Fisher, chi-squared, Barnard, Mantel–Haenszel."""

from topline.analysis.analyses.analysis import ALL_SIDES, Analysed, Analysis
from topline.analysis.analyses.comparison import compare_pairs
from topline.analysis.analyses.equality_of_proportions import (
    POSTED_NAMES,
    EqualityOptions,
    equality_test,
)
from topline.analysis.analyses.measured_class import MeasuredClass
from topline.analysis.analyses.two_by_two import basis_of, two_by_two
from topline.errors import UsageError


def analyse(measured: MeasuredClass, options: EqualityOptions) -> list[Analysed]:
    """Compare each group with the reference."""
    if options.test == "none":
        raise UsageError("test: none, and this analysis is nothing but a test")
    return compare_pairs(measured, options, _compare)


def _compare(
    measured: MeasuredClass, first: str, second: str, options: EqualityOptions
) -> Analysed:
    tables = two_by_two(measured, first, second, options)
    test, name = equality_test(tables, options)
    versus = f"{measured.titles[first]} versus {measured.titles[second]}."
    return basis_of(
        measured,
        Analysed(
            groups=(first, second),
            test=test,
            test_name=name,
            comment=" ".join(part for part in (versus, tables.comment) if part),
        ),
    )


ANALYSIS = Analysis(
    name="proportions_test",
    title="test that two proportions are equal",
    options=EqualityOptions,
    analyse=analyse,
    test_names=POSTED_NAMES,
    sides=ALL_SIDES,
)
