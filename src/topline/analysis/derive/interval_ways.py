"""By which methods the interval, the standard error and the p-value of a posted analysis can be had from posted summaries."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from topline.analysis.derive.derivation import Found, Request, Task
from topline.analysis.derive.logarithms import back
from topline.analysis.derive.posted_analysis import Parameter, PostedNumbers
from topline.analysis.derive.registry import derivations
from topline.analysis.derive.t_ranges import TRanges, two_means
from topline.posted.summaries import Posted, PostedMean
from topline.stats.distribution import t_multiplier
from topline.stats.possible_values import PossibleValues

DERIVATIONS: Mapping[Parameter, str] = {
    Parameter.MEAN_DIFFERENCE: "mean_difference",
    Parameter.GEOMETRIC_MEAN_RATIO: "geometric_mean_ratio",
    Parameter.RISK_DIFFERENCE: "risk_difference",
    Parameter.RISK_RATIO: "risk_ratio",
    Parameter.ODDS_RATIO: "odds_ratio",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way to an interval: its method, and all that its numbers can be."""

    method: str
    lower: PossibleValues | None
    upper: PossibleValues | None
    standard_error: PossibleValues | None = None
    p_value: PossibleValues | None = None


def ways(
    parameter: Parameter, cells: Sequence[Posted], others: Sequence[Posted], level: float
) -> Iterator[Way]:
    """Yield every way this package knows to the interval of a comparison.

    Parameters
    ----------
    parameter
        What is estimated.
    cells
        The two groups compared, first minus or over second.
    others
        All groups of the row, for a variance pooled over all of them.
    level
        The confidence level as a fraction.
    """
    means = [cell for cell in cells if isinstance(cell, PostedMean)]
    if means:
        if all(cell.standard_deviation is not None for cell in means):
            everybody = [cell for cell in others if isinstance(cell, PostedMean)]
            yield from _of_means(parameter, (means[0], means[1]), everybody, level)
        return
    derivation = derivations()[DERIVATIONS[parameter]]
    for method in derivation.methods:
        (found,) = derivation.derive(
            [Task(cells=tuple(cells))], Request(level=level, method=method)
        )
        if isinstance(found, Found):
            yield Way(
                method=method,
                lower=found.lower_possible,
                upper=found.upper_possible,
                p_value=found.p_value_possible,
            )


def _of_means(
    parameter: Parameter,
    cells: tuple[PostedMean, PostedMean],
    everybody: Sequence[PostedMean],
    level: float,
) -> Iterator[Way]:
    (first, one), (second, two) = ((cell, cell.standard_deviation) for cell in cells)
    if one is None or two is None or min(first.number, second.number) < 2:
        return
    found = {
        "welch": two_means((first, one), (second, two), "unequal"),
        "pooled": two_means((first, one), (second, two), "equal"),
    }
    if len(everybody) > 2:
        whole = pooled_over_all(cells, everybody)
        if whole is not None:
            found["pooled over all groups"] = whole
    found["normal"] = TRanges(
        found["welch"].estimate, found["welch"].standard_error, PossibleValues(1e9, 1e9)
    )
    for method, ranges in found.items():
        lower, upper = ranges.limits(level)
        logs = parameter is Parameter.GEOMETRIC_MEAN_RATIO
        yield Way(
            method=method,
            lower=back(lower) if logs else lower,
            upper=back(upper) if logs else upper,
            standard_error=None if logs else ranges.standard_error,
            p_value=ranges.p_value(0.0),
        )


def pooled_over_all(
    cells: tuple[PostedMean, PostedMean], everybody: Sequence[PostedMean]
) -> TRanges | None:
    """Return the ranges of a difference with the variance pooled over all groups, as by an analysis of variance.

    Parameters
    ----------
    cells
        The two groups compared.
    everybody
        All groups; ``None`` is returned where one of them has no standard deviation.
    """
    degrees, least, most = 0, 0.0, 0.0
    for cell in everybody:
        if cell.standard_deviation is None:
            return None
        degrees += cell.number - 1
        least += (cell.number - 1) * cell.standard_deviation.lower**2
        most += (cell.number - 1) * cell.standard_deviation.upper**2
    first, second = cells
    share = (1 / first.number + 1 / second.number) / degrees
    return TRanges(
        two_means(
            (first, first.standard_deviation or PossibleValues(0, 0)),
            (second, second.standard_deviation or PossibleValues(0, 0)),
            "equal",
        ).estimate,
        PossibleValues(math.sqrt(share * least), math.sqrt(share * most)),
        PossibleValues(degrees, degrees),
    )


def reproduced_by(posted: PostedNumbers, found: Iterator[Way] | Sequence[Way]) -> tuple[str, ...]:
    """Return the methods that give what was posted of precision: limits, else standard error, else p-value.

    Parameters
    ----------
    posted
        The posted numbers, of the comparison as the ways compute it.
    found
        The ways.
    """
    return tuple(way.method for way in found if _gives(posted, way))


def _gives(posted: PostedNumbers, way: Way) -> bool:
    if posted.lower is not None or posted.upper is not None:
        pairs = ((posted.lower, way.lower), (posted.upper, way.upper))
        return all(
            one is None or (other is not None and one.may_equal(other)) for one, other in pairs
        )
    for one, other in ((posted.standard_error, way.standard_error), (posted.p_value, way.p_value)):
        if one is not None and other is not None:
            return one.may_equal(other)
    return False


def says_precision(posted: PostedNumbers) -> bool:
    """Whether an analysis posts limits, a standard error, or a p-value."""
    numbers = (posted.lower, posted.upper, posted.standard_error, posted.p_value)
    return any(number is not None for number in numbers)


def exchanged_spread(cell: Posted) -> PostedMean | None:
    """Return a mean with its standard deviation taken for a standard error, or the reverse.

    Parameters
    ----------
    cell
        A posted summary; ``None`` is returned for one whose spread is neither.
    """
    if not isinstance(cell, PostedMean) or cell.standard_deviation is None:
        return None
    root = math.sqrt(cell.number)
    if cell.spread_is == "standard deviation":
        factor = root
    elif cell.spread_is == "the posted standard errors":
        factor = 1 / root
    else:
        return None
    return replace(
        cell, standard_deviation=cell.standard_deviation.mapped(lambda spread: spread * factor)
    )


def reproduced_with_spreads_exchanged(
    parameter: Parameter,
    cells: Sequence[Posted],
    everybody: Sequence[Posted],
    posted: PostedNumbers,
) -> tuple[str, ...]:
    """Return the methods that give the posted limits or standard error if standard deviations are standard errors.

    Or the reverse. A p-value alone, which many things change, is no ground to doubt a label. Where no
    method gives the limits exactly, since a few more or fewer were analyzed, their width still tells a
    factor of the root of the number: :func:`widths_exchanged`.

    Parameters
    ----------
    parameter
        What is estimated.
    cells
        The two groups compared.
    everybody
        All groups of the row.
    posted
        The posted numbers.
    """
    if posted.lower is None and posted.upper is None and posted.standard_error is None:
        return ()
    exchanged = [one for cell in cells if (one := exchanged_spread(cell)) is not None]
    if len(exchanged) != len(cells):
        return ()
    whole = [one for cell in everybody if (one := exchanged_spread(cell)) is not None]
    level = posted.level if posted.level is not None else 0.95
    found = reproduced_by(posted, ways(parameter, exchanged, whole, level))
    if not found and widths_exchanged(cells, posted, AS_WIDE):
        return ("welch, nearly",)
    return found


@dataclass(frozen=True, slots=True)
class Widths:
    """When the width of an interval tells that standard deviation and standard error are exchanged.

    Attributes
    ----------
    off
        By this factor at least the width is off with the labels as posted.
    least, most
        Between these factors it is of that with the labels exchanged.
    """

    off: float
    least: float
    most: float


AS_WIDE = Widths(off=2.0, least=0.9, most=1.1)
"""Of an analysis without adjustment."""
ABOUT_AS_WIDE = Widths(off=3.0, least=0.65, most=1.25)
"""Of an adjusted analysis: covariates make an interval narrower, though never by the root of the number."""


def widths_exchanged(cells: Sequence[Posted], posted: PostedNumbers, widths: Widths) -> bool:
    """Whether the standard error behind an analysis is that of the spreads with their labels exchanged.

    Parameters
    ----------
    cells
        The two groups compared.
    posted
        The posted numbers.
    widths
        How far off and how near it must be.
    """
    labelled = _standard_error(cells)
    exchanged = _standard_error([exchanged_spread(cell) for cell in cells])
    found = _posted_error(posted, sum(cell.number for cell in cells) - 2)
    if not labelled or not exchanged or not found:
        return False
    off = max(found / labelled, labelled / found)
    return off >= widths.off and widths.least <= found / exchanged <= widths.most


def _standard_error(cells: Sequence[Posted | None]) -> float | None:
    errors = [
        cell.standard_deviation.middle / math.sqrt(cell.number)
        for cell in cells
        if isinstance(cell, PostedMean) and cell.standard_deviation is not None
    ]
    return math.hypot(*errors) if len(errors) == 2 else None


def _posted_error(posted: PostedNumbers, degrees: int) -> float | None:
    if posted.standard_error is not None:
        return posted.standard_error.middle
    if posted.lower is None or posted.upper is None or posted.level is None or degrees < 1:
        return None
    return (posted.upper.middle - posted.lower.middle) / (2 * t_multiplier(posted.level, degrees))
