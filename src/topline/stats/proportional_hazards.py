"""Whether hazards are proportional: the score test of Grambsch and Therneau on a fitted model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from topline.errors import UsageError
from topline.stats.checking import known
from topline.stats.cox import CoxFit
from topline.stats.cox_residuals import moments_of
from topline.stats.estimate import Floats, Test, undefined_test
from topline.stats.judged_statistics import chi_squared_test
from topline.stats.partial_likelihood import information
from topline.stats.risk_sets import RiskSets
from topline.stats.survival import kaplan_meier

TIME_SCALES = ("km", "identity", "log", "rank")
"""The functions of time with which a coefficient may change, by name."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ProportionalHazards:
    """Tests that coefficients do not change with time.

    Parameters
    ----------
    terms
        What each test is about: a covariate, or the columns of one category.
    tests
        One for each term: chi-squared with as many degrees of freedom as columns.
    overall
        All together.
    scale
        The function of time.
    """

    terms: tuple[str, ...]
    tests: tuple[Test, ...]
    overall: Test
    scale: str


def proportional_hazards(
    fit: CoxFit,
    *,
    scale: str = "km",
    terms: Mapping[str, Sequence[str]] | None = None,
) -> ProportionalHazards:
    """Test whether the hazard ratios of a model are constant over time.

    Parameters
    ----------
    fit
        From :func:`topline.stats.cox.cox`.
    scale
        The function g of time with which a coefficient might change: "km", one minus the Kaplan–Meier estimate
        of all participants just before (the default, here and in R; it spreads the events evenly); "identity"; "log";
        "rank", the rank of the time among those of all participants.
    terms
        Name of a term → the covariates that belong to it; by default each covariate is a term.

    Returns
    -------
    ProportionalHazards
        A large statistic says that hazards are not proportional; a small one, in a small trial, says little.
        Undefined, ``None`` with the reason, with too few events to tell a change over time, and for a term with a
        coefficient that is not finite, as for all terms together then.

    Raises
    ------
    UsageError
        If the scale is not known, "log" is asked of an event at time 0, or the terms do not divide the
        covariates.

    Notes
    -----
    The score test of γ = 0 in h(t ∣ x) = h₀(t) exp(x (β + γ g(t))), with the information of each event time rather
    than its average. Grambsch and Therneau, Biometrika 81 (1994) 515–526, doi:10.1093/biomet/81.3.515. Schoenfeld
    residuals plotted against time show how a ratio changes. Ties handled as "exact" are judged by Breslow's likelihood
    at their coefficients, as in R.

    Not as proof that hazards are proportional. Not for a coefficient that is not finite: as it grows, statistic and
    information both go to 0.

    In R: ``survival::cox.zph(fit, transform = "km")``, from version 3.0 of survival; in SAS: none that gives the
    same: PROC PHREG, ASSESS PH is a different, simulated test.

    Examples
    --------
    >>> from topline.stats.cox import cox
    >>> fit = cox([1, 2, 3, 4, 5, 6, 7], [1, 1, 0, 1, 1, 1, 1], [0, 1, 0, 1, 0, 0, 1])
    >>> round(proportional_hazards(fit, scale="identity").overall.p_value, 4)
    0.5665
    """
    sets, found = fit.risk_sets, moments_of(fit)
    multiplier = _changes(sets, known("scale", scale, TIME_SCALES))
    # A constant added to g changes nothing but rounding: without it the two halves are nearly unrelated.
    multiplier = multiplier - multiplier.mean()
    number = len(fit.names)
    deaths = sets.covariates[:, sets.happened]
    own = np.ones(sets.happened.size) if sets.weights is None else sets.weights[sets.happened]
    gradient = (deaths * own) @ multiplier - found.means @ sets.weighted(multiplier)
    matrix = np.empty((2 * number, 2 * number))
    matrix[:number, :number] = information(sets, found)
    matrix[:number, number:] = information(sets, found, multiplier)
    matrix[number:, :number] = matrix[:number, number:]
    matrix[number:, number:] = information(sets, found, multiplier**2)
    chosen = _terms(terms, fit.names)
    tests = tuple(
        _test(matrix, gradient, columns, fit, f"proportional hazards of {term}, {scale} scale")
        for term, columns in chosen.items()
    )
    everything = _test(
        matrix, gradient, list(range(number)), fit, f"proportional hazards, {scale} scale"
    )
    return ProportionalHazards(terms=tuple(chosen), tests=tests, overall=everything, scale=scale)


def _changes(sets: RiskSets, scale: str) -> Floats:
    """Give g at the time of each death."""
    times = sets.time[sets.happened]
    if scale == "identity":
        return np.asarray(times)
    if scale == "rank":
        everybody = np.sort(sets.time)
        sides = [np.searchsorted(everybody, times, side=side) for side in ("left", "right")]
        return np.asarray((sides[0] + sides[1] + 1) / 2)
    if scale == "log":
        if times.min() <= 0:
            raise UsageError("the log scale with an event at time 0", accepted="times above 0")
        return np.asarray(np.log(times))
    event = np.zeros(sets.time.size, dtype=np.bool_)
    event[sets.happened] = True
    entry = None if sets.entry is None else sets.entry.time
    curve = kaplan_meier(sets.time, event, entry, tie_tolerance=0)
    before = np.concatenate(([1.0], curve.survival))
    return np.asarray(1 - before[np.searchsorted(curve.time, times, side="left")])


def _terms(
    terms: Mapping[str, Sequence[str]] | None, names: tuple[str, ...]
) -> dict[str, list[int]]:
    if terms is None:
        return {name: [position] for position, name in enumerate(names)}
    listed = sorted(name for members in terms.values() for name in members)
    if listed != sorted(names):
        raise UsageError(
            f"terms of the covariates {', '.join(listed)}",
            accepted=f"each covariate in one term: {', '.join(names)}",
        )
    return {term: [names.index(name) for name in members] for term, members in terms.items()}


def _test(matrix: Floats, gradient: Floats, columns: list[int], fit: CoxFit, method: str) -> Test:
    number = len(fit.names)
    kept = [*range(number), *(number + column for column in columns)]
    score = np.zeros(len(kept))
    score[number:] = gradient[columns]
    chosen = matrix[np.ix_(kept, kept)]
    runaway = [fit.names[column] for column in columns if not fit.finite[column]]
    statistic = None if runaway else _statistic(chosen, score, np.sqrt(np.diag(chosen)))
    title, degrees = f"score test of {method}", float(len(columns))
    if statistic is not None:
        return chi_squared_test(title, statistic, degrees)
    reason = "undefined: too few events to tell a change over time"
    if runaway:
        reason = f"undefined: the coefficient of {', '.join(map(repr, runaway))} is not finite"
    return undefined_test(title, reason, degrees_of_freedom=degrees)


def _statistic(matrix: Floats, score: Floats, scale: Floats) -> float | None:
    """Give the score statistic; ``None`` where the information does not tell all parameters apart."""
    if not (scale > 0).all():
        return None
    correlations = matrix / np.outer(scale, scale)
    if np.linalg.matrix_rank(correlations) < scale.size:
        return None
    statistic = float((score / scale) @ np.linalg.solve(correlations, score / scale))
    # Where a coefficient has run off, rounding is all that is left of the information.
    return statistic if statistic >= 0 else None
