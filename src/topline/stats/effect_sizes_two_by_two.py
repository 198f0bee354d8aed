"""Effects from the events of two groups: odds ratios, risk ratios and differences, arcsine, Peto.

What to do about a group without events is a choice that moves results when events are rare, so the rule has a
name and is part of the result. Pooling methods that need no rule (Mantel–Haenszel, Peto, generalized linear
mixed models) take the counts themselves.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from topline.errors import DataError, UsageError
from topline.stats.checking import counts, known, same_length, scalar
from topline.stats.effect_sizes import EffectSizes, effects_with_reasons
from topline.stats.estimate import Floats, Scale


class Tables(NamedTuple):
    """Two-by-two tables: events and others of the first group, events and others of the second."""

    first_events: Floats
    first_others: Floats
    second_events: Floats
    second_others: Floats


ZERO_CELL_RULES: dict[str, str] = {
    "none": "nothing is added",
    "tables with zeros": "a constant is added to all four cells of tables with a zero cell",
    "all if any zero": "a constant is added to all tables if any has a zero cell",
    "all": "a constant is added to all tables",
    "by group size": (
        "to tables with a zero cell, each group's cells gain twice the constant times the group's share"
    ),
}
"""The rules for zero cells by name.

The second is metafor's default (``to="only0"``), RevMan's and, for odds and risk ratios, meta's. The last is the
treatment-arm correction of Sweeting, Sutton and Lambert (2004, Stat Med 23:1351–1375; meta's ``incr="TACC"``): in
proportion to the group's size, so that it pulls towards no effect whatever the allocation.
"""


@dataclass(frozen=True, slots=True)
class Measure:
    """An effect measure of two-by-two tables.

    Attributes
    ----------
    title
        In words.
    scale
        What the effect is on.
    compute
        From tables to effects and variances.
    rule
        The zero-cell rule used unless another is named.
    """

    title: str
    scale: Scale
    compute: Callable[[Tables], tuple[Floats, Floats]]
    rule: str = "tables with zeros"


def two_by_two_effects(
    count: ArrayLike,
    number: ArrayLike,
    control_count: ArrayLike,
    control_number: ArrayLike,
    *,
    measure: str = "OR",
    zero_cells: str | None = None,
    add: float = 0.5,
) -> EffectSizes:
    """Compute an effect and its variance from the events of two groups of each study.

    Parameters
    ----------
    count, number
        Participants affected and participants of the first (experimental) group of each study [participants].
    control_count, control_number
        The same of the second group [participants].
    measure
        Of :data:`MEASURES`.
    zero_cells
        Of :data:`ZERO_CELL_RULES`; ``None`` for the measure's usual rule (AS needs none).
    add
        The constant that the rule adds [participants].

    Returns
    -------
    EffectSizes
        Logarithms of ratios, or differences [1]. Undefined, NaN with the reason, where a zero remains that the
        measure cannot take. Without events in both groups the usual rule gives a ratio of 1 (for equal groups) with a
        large variance: such a study is not left out here.

    Raises
    ------
    DataError
        If a number is not a count, a group is empty or has more events than participants, or lengths differ.
    UsageError
        If ``measure``, ``zero_cells`` or ``add`` does not fit.

    Notes
    -----
    With a of n₁ and c of n₂ affected, b and d not. OR: log(ad/bc), variance 1/a + 1/b + 1/c + 1/d. RR: log of the
    risk ratio, 1/a − 1/n₁ + 1/c − 1/n₂. RD: a/n₁ − c/n₂, ab/n₁³ + cd/n₂³. AS: arcsin √(a/n₁) − arcsin √(c/n₂),
    1/(4n₁) + 1/(4n₂). PETO: (O − E)/V, 1/V with V the hypergeometric variance. Woolf, Annals of Human Genetics 19
    (1955) 251–253 (OR); Rücker, Schwarzer, Carpenter and Olkin, Statistics in Medicine 28 (2009) 721–738,
    doi:10.1002/sim.3511 (AS); Yusuf, Peto, Lewis, Collins and Sleight, Progress in Cardiovascular Diseases 27 (1985)
    335–371, doi:10.1016/S0033-0620(85)80003-7 (PETO).

    Not for pooling tables with few events by inverse variance: use
    :func:`topline.stats.mantel_haenszel_pooling.pool_mantel_haenszel`.

    In R:
    ``metafor::escalc(measure = "OR", ai = count, n1i = number, ci = control_count, n2i = control_number, add = 1/2,
    to = "only0")``; in SAS: PROC FREQ, TABLES / RELRISK RISKDIFF for a table without zeros.

    Examples
    --------
    >>> effects = two_by_two_effects([4, 0], [123, 20], [11, 1], [139, 22])
    >>> effects.value.round(4), effects.variance.round(4)
    (array([-0.9387, -1.051 ]), array([0.3571, 2.762 ]))
    """
    tables = two_by_two_tables(count, number, control_count, control_number)
    chosen = MEASURES[known("measure", measure, MEASURES)]
    rule = (
        chosen.rule if zero_cells is None else known("zero-cell rule", zero_cells, ZERO_CELL_RULES)
    )
    if scalar("add", add) < 0:
        raise UsageError(f"{add} is added to cells", accepted="a finite number from 0")
    with np.errstate(divide="ignore", invalid="ignore"):
        value, variance = chosen.compute(_filled(tables, rule, add))
    words = (
        ZERO_CELL_RULES[rule].replace("a constant", f"{add:g}").replace("the constant", f"{add:g}")
    )
    return effects_with_reasons(
        value,
        variance,
        f"{chosen.title} or its variance is undefined for a zero cell, and {words}",
        measure=measure,
        scale=chosen.scale,
        method=f"{chosen.title}; {words}",
    )


def two_by_two_tables(
    count: ArrayLike, number: ArrayLike, control_count: ArrayLike, control_number: ArrayLike
) -> Tables:
    """Check the counts of two groups and give their tables.

    Part of :func:`two_by_two_effects`.

    Parameters
    ----------
    count, number, control_count, control_number
        As in :func:`two_by_two_effects`.

    Returns
    -------
    Tables
        The four cells of each study [participants].

    Raises
    ------
    DataError
        As :func:`two_by_two_effects`.

    Examples
    --------
    >>> two_by_two_tables([4], [123], [11], [139]).first_others
    array([119.])
    """
    given = {
        "count": counts("count", count),
        "number": counts("number", number),
        "control_count": counts("control_count", control_count),
        "control_number": counts("control_number", control_number),
    }
    same_length(**given)
    for prefix in ("", "control_"):
        affected, everyone = given[f"{prefix}count"], given[f"{prefix}number"]
        wrong = (affected > everyone) | (everyone == 0)
        if wrong.any():
            place = int(np.argmax(wrong))
            raise DataError(
                f"{prefix}count[{place}] is {affected[place]}, {prefix}number[{place}] is {everyone[place]}",
                where=f"{prefix}count[{place}]",
                accepted="a group of at least one participant, and no more events than participants",
            )
    first, second = given["count"], given["control_count"]
    return Tables(
        first.astype(np.float64),
        (given["number"] - first).astype(np.float64),
        second.astype(np.float64),
        (given["control_number"] - second).astype(np.float64),
    )


def _filled(tables: Tables, rule: str, add: float) -> Tables:
    """Apply a zero-cell rule."""
    zero = np.any([cell == 0 for cell in tables], axis=0)
    if rule == "none":
        return tables
    if rule == "by group size":
        first = tables.first_events + tables.first_others
        second = tables.second_events + tables.second_others
        extra = np.where(zero, 2 * add / (first + second), 0.0)
        return Tables(
            tables.first_events + extra * first,
            tables.first_others + extra * first,
            tables.second_events + extra * second,
            tables.second_others + extra * second,
        )
    if rule == "all if any zero":
        zero = np.full(zero.shape, bool(zero.any()))
    elif rule == "all":
        zero = np.ones_like(zero)
    extra = np.where(zero, add, 0.0)
    return Tables(*(cell + extra for cell in tables))


def _odds_ratio(tables: Tables) -> tuple[Floats, Floats]:
    a, b, c, d = tables
    # A ratio of products, so that mirrored tables give effects that cancel exactly.
    return np.log((a * d) / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d


def _risk_ratio(tables: Tables) -> tuple[Floats, Floats]:
    a, b, c, d = tables
    first, second = a + b, c + d
    return np.log((a / first) / (c / second)), 1 / a - 1 / first + 1 / c - 1 / second


def _risk_difference(tables: Tables) -> tuple[Floats, Floats]:
    a, b, c, d = tables
    first, second = a + b, c + d
    return a / first - c / second, a * b / first**3 + c * d / second**3


def _arcsine(tables: Tables) -> tuple[Floats, Floats]:
    a, b, c, d = tables
    first, second = a + b, c + d
    return (
        np.arcsin(np.sqrt(a / first)) - np.arcsin(np.sqrt(c / second)),
        1 / (4 * first) + 1 / (4 * second),
    )


def peto_parts(tables: Tables) -> tuple[Floats, Floats]:
    """Give observed less expected events of the first group, and their hypergeometric variance.

    Part of :func:`two_by_two_effects`, and of :func:`topline.stats.peto_pooling.pool_peto`. E = n₁ m/N and V = n₁ n₂
    m (N − m)/(N² (N − 1)), m the events of both groups.

    Parameters
    ----------
    tables
        From :func:`two_by_two_tables`.

    Returns
    -------
    tuple of numpy.ndarray
        O − E and V [participants]; both 0 where nobody, or everybody, is affected.

    Examples
    --------
    >>> observed_less_expected, variance = peto_parts(two_by_two_tables([4], [123], [11], [139]))
    >>> round(float(observed_less_expected[0]), 4), round(float(variance[0]), 4)
    (-3.042, 3.5356)
    """
    a, b, c, d = tables
    first, second, events, others = a + b, c + d, a + c, b + d
    everyone = first + second
    difference = a - first * events / everyone
    return difference, first * second * events * others / (everyone**2 * (everyone - 1))


def _peto(tables: Tables) -> tuple[Floats, Floats]:
    difference, variance = peto_parts(tables)
    return difference / variance, 1 / variance


MEASURES: dict[str, Measure] = {
    "OR": Measure("log odds ratio", "log", _odds_ratio),
    "RR": Measure("log risk ratio", "log", _risk_ratio),
    "RD": Measure("risk difference", "natural", _risk_difference),
    "AS": Measure("arcsine difference", "natural", _arcsine, "none"),
    "PETO": Measure("log odds ratio by Peto", "log", _peto),
}
"""The effect measures by the names that metafor gives them in R."""
