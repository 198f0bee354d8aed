"""Cox's proportional-hazards regression: coefficients, hazard ratios with limits, and the tests of the model.

:func:`cox` fits; what is asked of a fit stands in :mod:`topline.stats.cox_residuals`,
:mod:`topline.stats.proportional_hazards`, :mod:`topline.stats.concordance` and
:mod:`topline.stats.baseline_hazard`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from topline.errors import DataError, UsageError
from topline.stats.checking import confidence_level, known
from topline.stats.covariate_columns import checked_columns, covariate_names
from topline.stats.estimate import Estimate, Floats, Integers, Test
from topline.stats.exact_partial_likelihood import exact_likelihood
from topline.stats.grouping import categories
from topline.stats.log_coefficients import all_zero_test, ratio_estimates, wald_tests
from topline.stats.newton import Evaluation, Search, covariance_at_end, maximise, solve
from topline.stats.partial_likelihood import Ties, information, moments, score_parts
from topline.stats.risk_sets import RiskSets, arrange
from topline.stats.tied_times import TIE_TOLERANCE

TIES = ("efron", "breslow", "exact")
"""How tied events are handled, by name."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CoxFit:
    """A fitted proportional-hazards model.

    Parameters
    ----------
    names
        Of the covariates, in the order of the arrays.
    coefficients
        The logarithms of the hazard ratios for one unit more of each covariate.
    covariance
        Of the coefficients; the robust one where it was asked for.
    model_covariance
        The inverse of the observed information.
    hazard_ratios
        For each covariate, with limits symmetric on the log scale.
    coefficient_tests
        For each covariate, whether its hazard ratio is 1: the normal statistic (Wald).
    likelihood_ratio, wald, score
        Tests that all coefficients are 0. Where one is not finite, a note to the Wald test says that its p-value is no
        measure of evidence.
    log_likelihood, log_likelihood_null
        At the coefficients, and at 0.
    number, events
        Participants, and how many of them with the event.
    ties
        The name of the handling of ties.
    iterations
        Newton steps taken.
    robust
        What the robust covariance is summed over, or ``None``.
    notes
        Whether the search settled, and which coefficients are not finite.
    finite
        For each coefficient, whether it is finite; the others are given where the search ended.
    risk_sets
        The arranged participants, for what is asked of the fit.
    """

    names: tuple[str, ...]
    coefficients: Floats
    covariance: Floats
    model_covariance: Floats
    hazard_ratios: tuple[Estimate, ...]
    coefficient_tests: tuple[Test, ...]
    likelihood_ratio: Test
    wald: Test
    score: Test
    log_likelihood: float
    log_likelihood_null: float
    number: int
    events: int
    ties: str
    iterations: int
    robust: str | None
    notes: tuple[str, ...]
    finite: NDArray[np.bool_]
    risk_sets: RiskSets = field(repr=False)

    @property
    def standard_errors(self) -> Floats:
        """The roots of the diagonal of ``covariance``."""
        return np.asarray(np.sqrt(np.diag(self.covariance)))


def cox(
    time: ArrayLike,
    event: ArrayLike,
    covariates: ArrayLike,
    *,
    names: Sequence[str] | None = None,
    entry: ArrayLike | None = None,
    strata: Iterable[object] | None = None,
    weights: ArrayLike | None = None,
    cluster: Iterable[object] | None = None,
    robust: bool = False,
    ties: str = "efron",
    level: float = 0.95,
    tie_tolerance: float = TIE_TOLERANCE,
) -> CoxFit:
    """Fit a proportional-hazards model.

    Parameters
    ----------
    time
        The time to event or censoring of each participant [any unit of time], from 0.
    event
        1 (or True) for an event, 0 (or False) for a censoring [1].
    covariates
        One row for each participant, one column for each covariate; one dimension for one covariate [any units]. A
        category stands as one 0/1 column for each of its labels but one.
    names
        Of the covariates; "x1", "x2" … by default.
    entry
        When observation of each participant began, before ``time`` [the unit of ``time``] (left truncation).
    strata
        The stratum of each participant: each stratum has a baseline hazard of its own.
    weights
        The weight of each participant, above 0 [1].
    cluster
        Which participants belong together, such as those of one site: standard errors become robust to
        dependence within clusters.
    robust
        Make standard errors robust to departures from the model, each participant a cluster of their own. R does so
        by itself where a weight is not a whole number; here it is said.
    ties
        "efron" (the default, as in R), "breslow" (the default of SAS), or "exact", the discrete-time
        likelihood, which takes no weights and no robust errors.
    level
        The confidence level, a fraction [1].
    tie_tolerance
        As in :func:`topline.stats.survival.kaplan_meier`.

    Returns
    -------
    CoxFit
        Where the likelihood keeps rising as a coefficient grows (a covariate that separates those with the
        event from those without), that hazard ratio is ``None`` and says so.

    Raises
    ------
    DataError
        If an input is not as described, nobody has the event, a covariate does not vary among those at risk,
        or it is a linear combination of others.
    UsageError
        If an option is not known, or does not go with the exact method.

    Notes
    -----
    h(t ∣ x) = h₀(t) exp(xβ); β maximises the partial likelihood ∏ exp(xᵢβ)/Σ exp(xⱼβ), over the events i and those j
    at risk then. Cox, Journal of the Royal Statistical Society B 34 (1972) 187–220,
    doi:10.1111/j.2517-6161.1972.tb00899.x; Breslow, Biometrics 30 (1974) 89–99; Efron, Journal of the American
    Statistical Association 72 (1977) 557–565; robust variance: Lin and Wei, Journal of the American Statistical
    Association 84 (1989) 1074–1078.

    Not for hazards that cross: see :mod:`topline.stats.proportional_hazards` and restricted means. Not for fewer than
    about ten events for each covariate.

    In R: ``survival::coxph(Surv(time, event) ~ x, ties = "efron")``; in SAS: PROC PHREG, MODEL / TIES=EFRON, whose
    TIES=DISCRETE is "exact" here (its TIES=EXACT is a different, continuous-time likelihood).

    Examples
    --------
    >>> fit = cox([1, 2, 3, 4, 5, 6], [1, 1, 0, 1, 1, 1], [0, 1, 0, 1, 0, 0], names=["treated"])
    >>> ratio = fit.hazard_ratios[0]
    >>> round(ratio.value, 4), round(ratio.lower, 4), round(ratio.upper, 4)
    (3.6458, 0.329, 40.3971)
    """
    confidence_level(level)
    _check_options(ties, weights, robust or cluster is not None)
    columns = checked_columns(covariates, names)
    labels = covariate_names(names, columns.shape[1])
    sets = arrange(
        time,
        event,
        columns,
        entry=entry,
        strata=strata,
        weights=weights,
        tie_tolerance=tie_tolerance,
    )
    widest = np.maximum(sets.covariates.max(axis=1), -sets.covariates.min(axis=1))
    search = maximise(_evaluator(sets, ties), labels, sets.happened.size * widest**2)
    model = covariance_at_end(search)
    covariance, described = model, None
    if robust or cluster is not None:
        codes = None if cluster is None else _clusters(cluster, sets.order)
        described = "participants" if cluster is None else "clusters"
        if np.isfinite(model).all():
            covariance = _robust(sets, search.coefficients, model, ties, codes)
    finite_ones = search.finite
    notes = _notes(search, labels, finite_ones)
    method = _method(ties, strata is not None, described)
    return CoxFit(
        names=labels,
        coefficients=search.coefficients,
        covariance=covariance,
        model_covariance=model,
        hazard_ratios=ratio_estimates(search.coefficients, covariance, finite_ones, level, method),
        coefficient_tests=wald_tests(search.coefficients, covariance, finite_ones, method),
        **_model_tests(search, covariance),
        log_likelihood=search.end[0],
        log_likelihood_null=search.start[0],
        number=sets.order.size,
        events=sets.happened.size,
        ties=ties,
        iterations=search.steps,
        robust=described,
        notes=notes,
        finite=finite_ones,
        risk_sets=sets,
    )


def _evaluator(sets: RiskSets, ties: str) -> Callable[[Floats], Evaluation]:
    if ties == "exact":
        return lambda coefficients: exact_likelihood(sets, coefficients)
    handling = _handling(ties)

    def evaluate(coefficients: Floats) -> Evaluation:
        # Where risks underflow the likelihood is minus infinity and the search steps back: what else comes is not used.
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            found = moments(sets, coefficients, handling)
            return found.log_likelihood, found.score, information(sets, found)

    return evaluate


def _handling(ties: str) -> Ties:
    return "breslow" if ties == "breslow" else "efron"


def _robust(
    sets: RiskSets, coefficients: Floats, model: Floats, ties: str, codes: Integers | None
) -> Floats:
    residuals = score_parts(sets, moments(sets, coefficients, _handling(ties)))
    if sets.weights is not None:
        residuals = residuals * sets.weights
    influence = model @ residuals
    if codes is not None:
        influence = np.stack([np.bincount(codes, weights=row) for row in influence])
    return np.asarray(influence @ influence.T)


def _clusters(cluster: Iterable[object], order: Integers) -> Integers:
    codes = categories("cluster", cluster)[1]
    if codes.size != order.size:
        raise DataError(
            f"the lengths differ: time has {order.size:,}, cluster has {codes.size:,}",
            accepted="one element for each participant in every sequence",
        )
    return np.asarray(codes[order])


_NO_EVIDENCE = (
    "p_value: no measure of evidence: a coefficient is not finite, and how large it and its standard error are depends on "
    "where the search ended; use the likelihood-ratio or score test"
)


def _model_tests(search: Search, covariance: Floats) -> dict[str, Test]:
    beta, start = search.coefficients, search.start
    wald = solve(covariance, beta)
    score = solve(start[2], start[1])
    return {
        "likelihood_ratio": all_zero_test(
            2 * (search.end[0] - start[0]), beta.size, "likelihood-ratio test"
        ),
        "wald": all_zero_test(
            None if wald is None else float(beta @ wald),
            beta.size,
            "Wald test",
            # Its error grows faster than a coefficient that goes to infinity: the p-value nears 1 as the evidence grows.
            () if search.finite.all() else (_NO_EVIDENCE,),
        ),
        "score": all_zero_test(
            None if score is None else float(start[1] @ score), beta.size, "score test"
        ),
    }


def _notes(
    search: Search, names: tuple[str, ...], finite_ones: NDArray[np.bool_]
) -> tuple[str, ...]:
    runaway = [name for name, is_finite in zip(names, finite_ones, strict=True) if not is_finite]
    notes = [f"coefficient of {name!r}: not finite" for name in runaway]
    if not search.settled and not runaway:
        notes.append(f"the search did not settle in {search.steps} steps")
    return tuple(notes)


def _method(ties: str, stratified: bool, robust: str | None) -> str:
    parts = [f"Cox regression, {ties if ties == 'exact' else ties.capitalize()} ties"]
    if stratified:
        parts.append("stratified")
    if robust is not None:
        parts.append(f"robust variance over {robust}")
    return ", ".join(parts)


def _check_options(ties: str, weights: ArrayLike | None, robust: bool) -> None:
    known("handling of ties", ties, TIES)
    if ties == "exact" and (weights is not None or robust):
        raise UsageError(
            "the exact method with weights or robust errors",
            accepted="ties='efron' or 'breslow' with them",
        )
