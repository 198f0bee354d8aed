"""What ratios of two proportions share: the risk ratio and the odds ratio, each from one table or over strata."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from topline.analysis.analyses.analysis import Analysed
from topline.analysis.analyses.comparison import compare_pairs, ratio_direction
from topline.analysis.analyses.equality_of_proportions import EqualityOptions, equality_test
from topline.analysis.analyses.measured_class import MeasuredClass
from topline.analysis.analyses.two_by_two import TwoByTwo, basis_of, two_by_two
from topline.errors import UsageError
from topline.stats.estimate import Estimate


class RatioOptions(EqualityOptions, frozen=True, kw_only=True):
    """Options of a ratio of proportions; each ratio says which intervals it has."""

    limits: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProportionRatio:
    """A ratio of proportions.

    Attributes
    ----------
    parameter
        The registry's name of it.
    intervals
        The intervals of one table.
    single
        Table, level and interval to the estimate.
    stratified_interval
        The one interval over strata.
    stratified
        Tables and level to the estimate.
    """

    parameter: str
    intervals: Collection[str]
    single: Callable[[TwoByTwo, float, str], Estimate]
    stratified_interval: str
    stratified: Callable[[TwoByTwo, float], Estimate]

    def analyse(self, measured: MeasuredClass, options: RatioOptions) -> list[Analysed]:
        """Compare each group with the reference."""
        return compare_pairs(measured, options, self._compare)

    def _compare(
        self, measured: MeasuredClass, first: str, second: str, options: RatioOptions
    ) -> Analysed:
        """Compare two groups; under a margin the limits decide, and no test of equality is posted."""
        tables = two_by_two(measured, first, second, options)
        estimate = self._estimate(tables, options.two_sided_level, options.limits)
        test, name = (None, None) if options.margin_values else equality_test(tables, options)
        return basis_of(
            measured,
            Analysed(
                groups=(first, second),
                test=test,
                estimate=estimate,
                test_name=name,
                parameter=self.parameter,
                comment=tables.comment or None,
                estimate_comment=f"{ratio_direction(measured, first, second)} {estimate.method}.",
                decimals=2,
            ),
        )

    def _estimate(self, tables: TwoByTwo, level: float, limits: str | None) -> Estimate:
        available = [self.stratified_interval] if tables.strata else list(self.intervals)
        chosen = limits or available[0]
        if chosen not in available:
            raise UsageError(
                f"limits: {chosen} " + ("over strata" if tables.strata else "without strata"),
                accepted=", ".join(available),
            )
        if tables.strata:
            return self.stratified(tables, level)
        return self.single(tables, level, chosen)
