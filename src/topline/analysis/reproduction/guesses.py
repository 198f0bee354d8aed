"""Guesses why a posted estimate is not what the posted summaries give, each a thing that can be tried.

A guess is no finding: it says what would explain the number, not what was done.
"""

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations

from topline.analysis.derive.posted_analysis import Parameter, PostedNumbers
from topline.analysis.reproduction.estimates import estimate_range
from topline.posted.summaries import Posted, PostedCount, Row, Unusable
from topline.stats.possible_values import PossibleValues

NEAR = 0.15
"""As a share of the estimate (of its logarithm's unit, for ratios): so far another population or a small adjustment leads."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A posted estimate that none of the rows it may be about gives.

    Attributes
    ----------
    parameter
        What is estimated.
    method
        The statistical method as posted.
    rows
        The rows.
    groups
        Ids of the two groups compared.
    posted
        The posted numbers.
    words
        What the analysis says of itself.
    of_model
        Whether the summaries are least squares means.
    """

    parameter: Parameter
    method: str
    rows: tuple[Row, ...]
    groups: tuple[str, ...]
    posted: PostedNumbers
    words: str = ""
    of_model: bool = False

    def cells(self, row: Row) -> tuple[Posted, ...]:
        """Return the cells of the two groups."""
        return _cells(row, self.groups)

    def is_any(self, ranges: Iterator[PossibleValues | None]) -> bool:
        """Whether the posted estimate may be one of some values."""
        return any(one is not None and one.may_equal(self.posted.estimate) for one in ranges)


def guess(found: Disagreement) -> str:
    """Say what would explain the posted number; the first that does.

    Parameters
    ----------
    found
        The disagreement.
    """
    for text, explains in _GUESSES:
        if explains(found):
            return text
    if len(found.rows) > 1:
        return f"the record does not say which of {len(found.rows)} rows it is about, and none gives it"
    return "another population, an adjustment that the record does not mention, or an error"


def _cells(row: Row, groups: Sequence[str]) -> tuple[Posted, ...]:
    return tuple(
        cell
        for group in groups
        if not isinstance(cell := row.cells.get(group, Unusable("")), Unusable)
    )


def _value(cell: Posted) -> PossibleValues:
    if isinstance(cell, PostedCount):
        shares = [100 * count / cell.number for count in (cell.lowest, cell.highest, cell.count)]
        return PossibleValues(*shares)
    return cell.mean.mapped(math.exp) if cell.kind.startswith("geometric") else cell.mean


def _truncated(found: Disagreement) -> bool:
    """Whether digits were cut off instead of rounded."""
    width = found.posted.estimate.upper - found.posted.estimate.lower
    printed = found.posted.estimate.middle
    low, high = (printed, printed + width) if printed > 0 else (printed - width, printed)
    scale = 0.01 if found.parameter is Parameter.RISK_DIFFERENCE else 1.0
    cut = [PossibleValues(low, high), PossibleValues(low * scale, high * scale)]
    return any(
        derived is not None and derived.may_equal(one)
        for row in found.rows
        for derived in _both_ways(found, row)
        for one in cut
    )


def _both_ways(found: Disagreement, row: Row) -> Iterator[PossibleValues | None]:
    for groups in (found.groups, tuple(reversed(found.groups))):
        yield estimate_range(found.parameter, _cells(row, groups))


def _of_printed(found: Disagreement) -> bool:
    """Whether it is the difference, or ratio, of the numbers as printed, rounded once more."""
    if found.parameter is Parameter.ODDS_RATIO:
        return False

    def results() -> Iterator[PossibleValues | None]:
        for row in found.rows:
            values = [_value(cell).printed for cell in found.cells(row)]
            for one, two in permutations(values):
                if one is None or two is None:
                    continue
                result = one - two if not found.parameter.is_ratio else _over(one, two)
                # Rounding twice may shift the last digit by one.
                unit = found.posted.estimate.upper - found.posted.estimate.lower
                yield (
                    None if result is None else PossibleValues(result - unit / 2, result + unit / 2)
                )

    return found.is_any(results())


def _over(one: float, two: float) -> float | None:
    return one / two if two else None


def _value_of_one_group(found: Disagreement) -> bool:
    return found.is_any(_value(cell) for row in found.rows for cell in row.posted())


def _other_groups(found: Disagreement) -> bool:
    def results() -> Iterator[PossibleValues | None]:
        for row in found.rows:
            usable = [cell.group for cell in row.posted()]
            for pair in permutations(usable, 2):
                if set(pair) != set(found.groups):
                    yield estimate_range(found.parameter, _cells(row, pair))

    return found.is_any(results())


def _ratio_for_difference(found: Disagreement) -> bool:
    if found.parameter.is_ratio:
        return False
    return found.is_any(
        PossibleValues(ratio * (1 - 1e-9), ratio * (1 + 1e-9))
        for row in found.rows
        for one, two in permutations([_value(cell).middle for cell in found.cells(row)])
        if (ratio := _over(one, two)) is not None and ratio > 0
    )


def _percent_of_second(found: Disagreement) -> bool:
    if found.parameter.is_ratio:
        return False

    def results() -> Iterator[PossibleValues | None]:
        for row in found.rows:
            for one, two in permutations([_value(cell).middle for cell in found.cells(row)]):
                share = _over(one - two, two)
                yield None if share is None else PossibleValues(100 * share, 100 * share)

    return found.is_any(results())


def _logarithm(found: Disagreement) -> bool:
    if not found.parameter.is_ratio or found.posted.estimate.middle > 20:
        return False
    as_ratio = found.posted.estimate.mapped(math.exp)
    return any(
        derived is not None and derived.may_equal(as_ratio)
        for row in found.rows
        for derived in _both_ways(found, row)
    )


_NARROW = 0.3
"""Relative width of numbers with digits enough for a power of ten to be no coincidence."""


def _width(values: PossibleValues) -> float:
    return (values.upper - values.lower) / abs(values.middle) if values.middle else math.inf


def _power_of_ten(found: Disagreement) -> bool:
    if _width(found.posted.estimate) > _NARROW:
        return False
    for row in found.rows:
        for derived in _both_ways(found, row):
            for factor in (0.01, 0.1, 10.0, 100.0):
                if derived is not None and _width(derived) <= _NARROW:
                    ends = sorted((derived.lower * factor, derived.upper * factor))
                    if PossibleValues(*ends).may_equal(found.posted.estimate):
                        return True
    return False


def _of_another_model(found: Disagreement) -> bool:
    return found.of_model


def _regression(found: Disagreement) -> bool:
    of_counts = found.parameter not in (Parameter.MEAN_DIFFERENCE, Parameter.GEOMETRIC_MEAN_RATIO)
    return of_counts and re.search(r"regression|logistic", found.method.casefold()) is not None


def _of_changes(found: Disagreement) -> bool:
    titles = [text.casefold() for row in found.rows for text in row.titles]
    return "change" in found.words and any("baseline" in text for text in titles)


def _other_ratio(found: Disagreement) -> bool:
    other = {
        Parameter.ODDS_RATIO: Parameter.RISK_RATIO,
        Parameter.RISK_RATIO: Parameter.ODDS_RATIO,
    }.get(found.parameter)
    if other is None:
        return False
    return found.is_any(
        estimate_range(other, _cells(row, groups))
        for row in found.rows
        for groups in (found.groups, tuple(reversed(found.groups)))
    )


def _variance_analysis(found: Disagreement) -> bool:
    return re.search(r"\banova\b|analysis of variance", found.method.casefold()) is not None


def _near(found: Disagreement) -> bool:
    scales = (1.0, 0.01) if found.parameter is Parameter.RISK_DIFFERENCE else (1.0,)
    for row in found.rows:
        for derived in _both_ways(found, row):
            if derived is None:
                continue
            for scale in scales:
                posted, other = found.posted.estimate.middle * scale, derived.middle
                if found.parameter.is_ratio and posted > 0 < other:
                    posted, other = math.log(posted), math.log(other)
                    if abs(posted - other) <= NEAR:
                        return True
                elif abs(posted - other) <= NEAR * abs(other):
                    return True
    return False


_GUESSES: tuple[tuple[str, Callable[[Disagreement], bool]], ...] = (
    ("an analysis of changes, and the rows are values at visits", _of_changes),
    ("a regression whose covariates the record does not name", _regression),
    ("digits were cut off instead of rounded", _truncated),
    ("computed from the rounded numbers and rounded again", _of_printed),
    ("the logarithm was posted", _logarithm),
    ("a risk ratio for an odds ratio, or the reverse", _other_ratio),
    ("the ratio of the two values, not their difference", _ratio_for_difference),
    ("the value of one group, not a comparison", _value_of_one_group),
    ("the comparison of other groups than named", _other_groups),
    ("the difference as a percentage of one group's value", _percent_of_second),
    ("a power of ten off", _power_of_ten),
    (
        "the least squares means and their difference are not of one model and population",
        _of_another_model,
    ),
    (
        "an analysis of variance with further factors that the record does not name",
        _variance_analysis,
    ),
    ("near: another population, or an adjustment that the record does not mention", _near),
)
