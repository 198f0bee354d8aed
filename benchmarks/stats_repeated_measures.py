"""A mixed model for repeated measures at 200, 2,000 and 20,000 participants × 4 visits.

Beside statsmodels' mixed model of the same data where statsmodels is installed (``uv pip install statsmodels``; it
fits a random intercept, a simpler covariance than ours, since it has no unstructured one and none of our degrees of
freedom), and against itself: the time of ten times the participants over that of the fewer.
"""

import itertools
import warnings
from collections.abc import Callable
from functools import partial

import numpy as np
from benchmarks.measure import Measured, ratio
from benchmarks.peers import peer
from numpy.typing import NDArray

from topline.stats.degrees_of_freedom import mixed_model_inference
from topline.stats.mixed_model_means import fit_repeated_measures, mixed_model_coefficients

VISITS = 4
SIZES = (200, 2_000, 20_000)
Trial = dict[str, NDArray[np.generic]]


def trial(participants: int) -> Trial:
    """Simulate a trial of two arms in which every tenth measurement is missing."""
    random = np.random.default_rng(20261122)
    baseline = random.normal(50, 10, participants)
    arm = random.integers(0, 2, participants)
    covariance = 16 * (0.5 + np.diag(0.5 + 0.2 * np.arange(VISITS)))
    errors = random.normal(size=(participants, VISITS)) @ np.linalg.cholesky(covariance).T
    values = 0.6 * baseline[:, np.newaxis] + 0.5 * np.outer(arm, np.arange(VISITS)) + errors
    seen = random.random((participants, VISITS)) > 0.1
    who, when = np.nonzero(seen)
    return {
        "response": values[seen],
        "subject": who,
        "visit": when + 1,
        "group": np.array(["A", "B"])[arm][who],
        "baseline": baseline[who],
    }


def ours(data: Trial) -> object:
    """Fit with an unstructured covariance and test every coefficient by Kenward and Roger's method."""
    fit = fit_repeated_measures(
        data["response"],
        subject=data["subject"],
        visit=data["visit"],
        group=data["group"],
        covariates={"baseline": data["baseline"]},
    )
    if not fit.converged:
        raise RuntimeError("the benchmark's fit did not converge")
    return mixed_model_coefficients(mixed_model_inference(fit, method="kenward-roger-linear"))


def _statsmodels() -> Callable[[Trial], None] | None:
    models = peer("statsmodels.regression.mixed_linear_model")
    if models is None:
        return None

    def theirs(data: Trial) -> None:
        visits = data["visit"][:, np.newaxis] == np.arange(2, VISITS + 1)
        arm = (data["group"] == "B")[:, np.newaxis]
        one = np.ones((arm.size, 1))
        design = np.hstack([one, data["baseline"][:, np.newaxis], arm, visits, arm & visits])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            models.MixedLM(data["response"], design.astype(float), groups=data["subject"]).fit()

    return theirs


def lines(rounds: int) -> list[Measured]:
    """Measure the three sizes."""
    theirs, found = _statsmodels(), []
    trials = {size: trial(size) for size in SIZES}
    for size, data in trials.items():
        if theirs is not None:
            found.append(
                ratio(
                    f"mixed model, {size:,} participants × {VISITS} visits",
                    "statsmodels, random intercept",
                    partial(ours, data),
                    partial(theirs, data),
                    aim=1.0,
                    rounds=rounds,
                )
            )
    for few, many in itertools.pairwise(SIZES):
        found.append(
            ratio(
                f"mixed model, {many:,} participants × {VISITS} visits",
                f"itself with {few:,}",
                partial(ours, trials[many]),
                partial(ours, trials[few]),
                aim=10.0,
                rounds=rounds,
            )
        )
    return found


if __name__ == "__main__":
    for line in lines(5):
        print(
            f"{line.what}: {line.ours:.4f} s; {line.peer}: {line.theirs:.4f} s; ratio {line.figure:.3f}"
        )
