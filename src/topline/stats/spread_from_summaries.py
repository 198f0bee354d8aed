"""A standard deviation, or a mean, from what a report prints instead of it.

Every function takes numbers or intervals of possible values, and gives the value with all it can be. Standard errors,
intervals and p-values hold the standard deviation exactly (Cochrane Handbook for Systematic Reviews of
Interventions, section 6.5.2). A range or quartiles hold bounds of it, and an estimate only where the measurements are
near normal: X. Wan, W. Wang, J. Liu and T. Tong, "Estimating the sample mean and standard deviation from the sample
size, median, range and/or interquartile range", BMC Medical Research Methodology 14 (2014) 135,
doi:10.1186/1471-2288-14-135; D. Luo, X. Wan, J. Liu and T. Tong, "Optimally estimating the sample mean from the
sample size, median, mid-range, and/or mid-quartile range", Statistical Methods in Medical Research 27 (2018)
1785–1805, doi:10.1177/0962280216669183.
"""

import math

from scipy import special

from topline.errors import DataError, UsageError
from topline.stats.checking import confidence_level, counts
from topline.stats.distribution import normal_multiplier, t_multiplier
from topline.stats.from_summaries import standard_error_from_p
from topline.stats.possible_values import Derived, Given, PossibleValues, derive, possible

_NORMAL = "assumes measurements near a normal distribution"


def deviation_from_error(standard_error: Given, number: int) -> Derived:
    """Give the standard deviation from the standard error of a mean.

    Parameters
    ----------
    standard_error
        Of the mean of one group [the measurement's unit]; from 0.
    number
        Participants in the group; at least 2 [participants].

    Returns
    -------
    Derived
        [the measurement's unit]; 0 for an error of 0. A single participant is an error.

    Raises
    ------
    DataError
        If there are not two participants, or the error is below 0.

    Notes
    -----
    s = SE √n. Cochrane Handbook for Systematic Reviews of Interventions, version 6.5, 2024, section 6.5.2.2.

    Not for the standard error of a difference between groups, nor of an adjusted (least-squares) mean.

    In R: ``standard_error * sqrt(n)``; in SAS: none.

    Examples
    --------
    >>> deviation_from_error(0.5, 25).value
    2.5
    """
    size = _number(number)
    return derive(
        lambda error: error * math.sqrt(size),
        (_not_negative("standard_error", standard_error),),
        "standard error times the root of the number",
    )


def error_from_deviation(standard_deviation: Given, number: int) -> Derived:
    """Give the standard error of a mean from the standard deviation.

    Parameters
    ----------
    standard_deviation
        Of one group [the measurement's unit]; from 0.
    number
        Participants in the group; at least 2 [participants].

    Returns
    -------
    Derived
        [the measurement's unit]; 0 for a deviation of 0. A single participant is an error.

    Raises
    ------
    DataError
        If there are not two participants, or the deviation is below 0.

    Notes
    -----
    SE = s/√n. Cochrane Handbook for Systematic Reviews of Interventions, version 6.5, 2024, section 6.5.2.2.

    Not for means of participants who belong together in clusters, such as sites.

    In R: ``standard_deviation / sqrt(n)``; in SAS: PROC MEANS STDERR.

    Examples
    --------
    >>> error_from_deviation(2.5, 25).value
    0.5
    """
    size = _number(number)
    return derive(
        lambda spread: spread / math.sqrt(size),
        (_not_negative("standard_deviation", standard_deviation),),
        "standard deviation over the root of the number",
    )


def deviation_from_interval(
    lower: Given, upper: Given, number: int, *, level: float = 0.95, reference: str = "t"
) -> Derived:
    """Give the standard deviation from the confidence interval of one group's mean.

    Parameters
    ----------
    lower, upper
        The limits [the measurement's unit].
    number
        Participants in the group; at least 2 [participants].
    level
        The confidence level, a fraction [1].
    reference
        ``"t"`` or ``"normal"``, whichever the report used.

    Returns
    -------
    Derived
        [the measurement's unit]; 0 where the limits are equal. A single participant is an error.

    Notes
    -----
    s = √n (upper − lower)/(2 q), q the quantile of the t distribution with n − 1 degrees of freedom, or the normal
    one. Cochrane Handbook for Systematic Reviews of Interventions, version 6.5, 2024, section 6.5.2.2.

    Not for the interval of a difference between groups, of a median or of a geometric mean.

    In R: ``sqrt(n) * (upper - lower) / (2 * qt(0.975, n - 1))``; in SAS: none.

    Examples
    --------
    >>> round(deviation_from_interval(30.0, 34.2, 25).value, 3)
    5.087
    """
    size = _number(number)
    level = confidence_level(level)
    if reference not in ("t", "normal"):
        raise UsageError(f"a quantile of {reference!r}", accepted="t, normal")
    multiplier = t_multiplier(level, size - 1) if reference == "t" else normal_multiplier(level)
    low, high = possible(lower), possible(upper)
    _refuse_disorder(low, high)
    return derive(
        lambda a, b: math.sqrt(size) * max(0.0, b - a) / (2 * multiplier),
        (low, high),
        f"width of the {100 * level:.6g}% interval of the mean, {reference} quantile",
    )


def deviation_from_p(
    difference: Given, p_value: Given, number: int, control_number: int
) -> Derived:
    """Give the common standard deviation of two groups from the p-value of a pooled t test of their means.

    Parameters
    ----------
    difference
        Of the means [the measurement's unit].
    p_value
        Two-sided [1].
    number, control_number
        Participants in each group; at least 2 [participants].

    Returns
    -------
    Derived
        [the measurement's unit]. Infinite, ``None`` with a note, where the p-value is 1; 0 where the difference is 0
        (rounded: give the interval of what was printed).

    Notes
    -----
    s = ∣d∣/(t √(1/n₁ + 1/n₂)), t the quantile of the p-value with n₁ + n₂ − 2 degrees of freedom. Cochrane Handbook
    for Systematic Reviews of Interventions, version 6.5, 2024, section 6.5.2.3.

    Not for p-values of Welch's, adjusted or rank tests.

    In R: ``abs(d) / (qt(1 - p / 2, n1 + n2 - 2) * sqrt(1 / n1 + 1 / n2))``; in SAS: none.

    Examples
    --------
    >>> round(deviation_from_p(3.8, 0.008, 25, 22).value, 2)
    4.68
    """
    first, second = _number(number), _number(control_number)
    error = standard_error_from_p(difference, p_value, degrees_of_freedom=first + second - 2)
    width = math.sqrt(1 / first + 1 / second)
    return derive(
        lambda one: one / width,
        (error.result,),
        "pooled t test of two means, backwards from the two-sided p-value",
    )


def deviation_from_paired_p(difference: Given, p_value: Given, number: int) -> Derived:
    """Give the standard deviation of changes from the p-value of a one-sample (paired) t test.

    Parameters
    ----------
    difference
        Mean change [the measurement's unit].
    p_value
        Two-sided [1].
    number
        Participants; at least 2 [participants].

    Returns
    -------
    Derived
        Of the changes [the measurement's unit]. Infinite, ``None`` with a note, where the p-value is 1.

    Notes
    -----
    s = ∣d∣ √n/t, t the quantile of the p-value with n − 1 degrees of freedom. Cochrane Handbook for Systematic
    Reviews of Interventions, version 6.5, 2024, section 6.5.2.8.

    Not for the deviation of the measurements themselves, which the changes do not tell without their correlation.

    In R: ``abs(d) * sqrt(n) / qt(1 - p / 2, n - 1)``; in SAS: none.

    Examples
    --------
    >>> round(deviation_from_paired_p(1.5, 0.02, 16).value, 3)
    2.305
    """
    size = _number(number)
    error = standard_error_from_p(difference, p_value, degrees_of_freedom=size - 1)
    return derive(
        lambda one: one * math.sqrt(size),
        (error.result,),
        "paired t test, backwards from the two-sided p-value",
    )


def deviation_bounds_from_range(
    smallest: Given, largest: Given, number: int, *, mean: Given | None = None
) -> PossibleValues:
    """Give the bounds of a standard deviation when the smallest and largest value are known: no assumption is made.

    No assumption about the distribution is made.

    Parameters
    ----------
    smallest, largest
        As observed [the measurement's unit].
    number
        Participants; at least 2 [participants].
    mean
        Theirs [the measurement's unit]; ``None`` where it is not known.

    Returns
    -------
    PossibleValues
        The bounds [the measurement's unit]; both 0 where all are equal, and both the same for two participants.

    Notes
    -----
    At least (b − a)/√(2 (n − 1)), with all others in the middle; at most (b − a) √(⌊n/2⌋ ⌈n/2⌉/(n (n − 1))), with
    half of the participants at either end, and, with a known mean, √((x̄ − a)(b − x̄) n/(n − 1)). Von Szőkefalvi
    Nagy, Jahresbericht der Deutschen Mathematiker-Vereinigung 27 (1918) 37–43 (lower); Bhatia and Davis, American
    Mathematical Monthly 107 (2000) 353–357, doi:10.2307/2589180 (with the mean).

    Not for an estimate: :func:`deviation_from_range` gives one.

    In R: none; in SAS: none.

    Examples
    --------
    >>> found = deviation_bounds_from_range(10, 50, 20)
    >>> round(found.lower, 3), round(found.upper, 3)
    (6.489, 20.52)
    """
    size = _number(number)
    low, high = possible(smallest), possible(largest)
    _refuse_disorder(low, high)
    narrow = max(0.0, high.lower - low.upper)
    wide = high.upper - low.lower
    upper = wide * math.sqrt((size // 2) * ((size + 1) // 2) / (size * (size - 1)))
    if mean is not None:
        centre = possible(mean)
        if centre.upper < low.lower or centre.lower > high.upper:
            raise DataError(
                f"a mean of {centre.middle:g} of values from {low.middle:g} to {high.middle:g}",
                where="mean",
                accepted="a mean between the smallest and the largest value",
            )
        # The product is largest where the mean is nearest to the middle.
        nearest = min(max((low.lower + high.upper) / 2, centre.lower), centre.upper)
        product = max(0.0, nearest - low.lower) * max(0.0, high.upper - nearest)
        upper = min(upper, math.sqrt(product * size / (size - 1)))
    lower = narrow / math.sqrt(2 * (size - 1))
    return PossibleValues(min(lower, upper), upper)


def deviation_from_range(smallest: Given, largest: Given, number: int) -> Derived:
    """Estimate a standard deviation from the range.

    Parameters
    ----------
    smallest, largest
        As observed [the measurement's unit].
    number
        Participants; at least 2 [participants].

    Returns
    -------
    Derived
        [the measurement's unit]; 0 without spread. An estimate for near normal measurements;
        :func:`deviation_bounds_from_range` gives what is certain.

    Notes
    -----
    s = (b − a)/(2 Φ⁻¹((n − 0.375)/(n + 0.25))), scenario C1. Wan, Wang, Liu and Tong, BMC Medical Research
    Methodology 14 (2014) 135, doi:10.1186/1471-2288-14-135.

    Not for skewed measurements, nor for large groups, whose range depends on a few participants.

    In R: ``metafor::conv.fivenum(min = a, median = m, max = b, n = n)``,
    ``meta::metagen(min = a, median = m, max = b, n.e = n, method.sd = "Wan")``; in SAS: none.

    Examples
    --------
    >>> round(deviation_from_range(10, 50, 20).value, 3)
    10.705
    """
    size = _number(number)
    width = 2 * _blom(size)
    low, high = possible(smallest), possible(largest)
    _refuse_disorder(low, high)
    return derive(
        lambda a, b: max(0.0, b - a) / width,
        (low, high),
        "range over its expected width (Wan et al. 2014)",
        notes=(_NORMAL,),
    )


def deviation_from_quartiles(
    first_quartile: Given,
    third_quartile: Given,
    number: int,
    *,
    smallest: Given | None = None,
    largest: Given | None = None,
) -> Derived:
    """Estimate a standard deviation from the quartiles, or from quartiles and range.

    Parameters
    ----------
    first_quartile, third_quartile
        As observed [the measurement's unit].
    number
        Participants; at least 2 [participants].
    smallest, largest
        Both, or neither [the measurement's unit].

    Returns
    -------
    Derived
        [the measurement's unit]; 0 without spread between them.

    Notes
    -----
    s = (q₃ − q₁)/(2 Φ⁻¹((0.75 n − 0.125)/(n + 0.25))), scenario C3; with the range the mean of it and that of
    :func:`deviation_from_range`, scenario C2. Wan, Wang, Liu and Tong, BMC Medical Research Methodology 14 (2014)
    135, doi:10.1186/1471-2288-14-135.

    Not for skewed measurements, for which a report usually gives quartiles: the median itself is then the honest
    summary.

    In R: ``metafor::conv.fivenum(q1 = q1, median = m, q3 = q3, n = n)`` (C3),
    ``meta::metagen(..., method.sd = "Wan")`` (C2 and C3); in SAS: none.

    Examples
    --------
    >>> round(deviation_from_quartiles(20, 32, 20).value, 3)
    9.574
    """
    size = _number(number)
    width = 2 * float(special.ndtri((0.75 * size - 0.125) / (size + 0.25)))
    low, high = possible(first_quartile), possible(third_quartile)
    _refuse_disorder(low, high)
    if (smallest is None) != (largest is None):
        raise UsageError(
            "one end of the range without the other", accepted="smallest and largest, or neither"
        )
    if smallest is None or largest is None:
        return derive(
            lambda a, b: max(0.0, b - a) / width,
            (low, high),
            "interquartile range over its expected width (Wan et al. 2014)",
            notes=(_NORMAL,),
        )
    ends = possible(smallest), possible(largest)
    _refuse_disorder(*ends)
    whole = 2 * _blom(size)
    return derive(
        lambda a, b, c, d: (max(0.0, b - a) / width + max(0.0, d - c) / whole) / 2,
        (low, high, *ends),
        "mean of the estimates from quartiles and range (Wan et al. 2014)",
        notes=(_NORMAL,),
    )


def mean_from_median(
    median: Given,
    number: int,
    *,
    quartiles: tuple[Given, Given] | None = None,
    extremes: tuple[Given, Given] | None = None,
) -> Derived:
    """Estimate a mean from median with quartiles, extremes or both, weighted by the number (Luo).

    Parameters
    ----------
    median
        As observed [the measurement's unit].
    number
        Participants; at least 2 [participants].
    quartiles, extremes
        First and third quartile; smallest and largest value [the measurement's unit]. At least one of the two.

    Returns
    -------
    Derived
        [the measurement's unit]; the median itself without spread between what is given.

    Notes
    -----
    With the range x̄ = w (a + b)/2 + (1 − w) m, w = 4/(4 + n^0.75); with quartiles w (q₁ + q₃)/2 + (1 − w) m, w = 0.7
    + 0.39/n; with both three terms, w₁ = 2.2/(2.2 + n^0.75) and w₂ = 0.7 − 0.72/n^0.55. Luo, Wan, Liu and Tong,
    Statistical Methods in Medical Research 27 (2018) 1785–1805, doi:10.1177/0962280216669183.

    Not for skewed measurements, whose mean lies elsewhere.

    In R: ``metafor::conv.fivenum(q1 = q1, median = m, q3 = q3, n = n)``, ``meta::metagen(..., method.mean = "Luo")``;
    in SAS: none.

    Examples
    --------
    >>> round(mean_from_median(24, 20, quartiles=(20, 32)).value, 4)
    25.439
    """
    size = _number(number)
    if quartiles is None and extremes is None:
        raise UsageError("a median by itself", accepted="with quartiles, extremes or both")
    weights: list[tuple[Given, float]] = []
    for_extremes, for_quartiles = _weights(size, quartiles is not None, extremes is not None)
    for pair, weight in ((extremes, for_extremes), (quartiles, for_quartiles)):
        if pair is not None:
            _refuse_disorder(possible(pair[0]), possible(pair[1]))
            weights += [(pair[0], weight / 2), (pair[1], weight / 2)]
    weights.append((median, 1 - for_extremes - for_quartiles))
    shares = [share for _, share in weights]
    return derive(
        lambda *values: sum(share * value for share, value in zip(shares, values, strict=True)),
        tuple(value for value, _ in weights),
        "weighted mean of order statistics (Luo et al. 2018)",
        notes=(_NORMAL,),
    )


def _weights(size: int, has_quartiles: bool, has_extremes: bool) -> tuple[float, float]:
    """Give the weight of the middle of the range and of the middle of the quartiles; the median has the rest."""
    if not has_quartiles:
        return 4 / (4 + size**0.75), 0.0
    if not has_extremes:
        return 0.0, 0.7 + 0.39 / size
    return 2.2 / (2.2 + size**0.75), 0.7 - 0.72 / size**0.55


def _blom(size: int) -> float:
    """Give the expected largest of so many standard normal values, nearly."""
    return float(special.ndtri((size - 0.375) / (size + 0.25)))


def _number(number: int) -> int:
    size = int(counts("number", [number])[0])
    if size < 2:
        raise DataError(
            f"a standard deviation of {size} participants",
            where="number",
            accepted="at least 2 participants",
        )
    return size


def _not_negative(name: str, given: Given) -> PossibleValues:
    values = possible(given)
    if values.middle < 0:
        raise DataError(f"{name} is {values.middle:g}", where=name, accepted="a number from 0")
    return PossibleValues(max(values.lower, 0.0), values.upper, values.printed)


def _refuse_disorder(low: PossibleValues, high: PossibleValues) -> None:
    if low.middle > high.middle:
        raise DataError(
            f"a lower end of {low.middle:g} and an upper one of {high.middle:g}",
            accepted="the smaller number first",
        )
