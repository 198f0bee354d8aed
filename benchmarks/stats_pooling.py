"""A hundred thousand meta-analyses of six studies at once, beside PyMARE's two-dimensional form, R and our own one by one.

PyMARE is optional (``pip install pymare``); its lines are left out where it is missing. It leaves sets unsettled without
saying so, and gives neither heterogeneity nor a prediction interval here. So is R with its package metafor, which does
one set after another; a few hundred are timed, and multiplied.
"""

import shutil
import subprocess
import tempfile
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
from benchmarks.measure import Measured, compare, ratio, seconds
from benchmarks.peers import peer

from topline.stats.many_poolings import pool_many
from topline.stats.pooling import pool

SETS, STUDIES = 100_000, 6
#: One by one is slow: it is measured on a part, and PyMARE's likelihood on a larger one.
SINGLE_PART, LIKELIHOOD_PART, METAFOR_PART = 500, 20_000, 200
FASTER, FIFTIETH, THOUSANDTH = 1.0, 0.02, 0.001

#: Reads sets in rows, effects before variances; prints the seconds of one fit after another. A set that does not
#: converge is passed over, as a loop over many sets has to.
_METAFOR = """
suppressMessages(library(metafor))
given <- commandArgs(TRUE)
sets <- as.matrix(read.csv(given[1], header = FALSE))
k <- ncol(sets) / 2
one <- function(i) tryCatch(rma(sets[i, 1:k], sets[i, k + 1:k], method = given[2], test = given[3]), error = function(e) NULL)
invisible(one(1))
cat(system.time(for (i in seq_len(nrow(sets))) one(i))[["elapsed"]])
"""


def studies(sets: int, seed: int = 7) -> tuple[Any, Any]:
    """Make effects and variances, sets in rows, with more and less heterogeneity."""
    random = np.random.default_rng(seed)
    spread = random.uniform(0, 0.5, (sets, 1))
    variances = random.uniform(0.01, 0.3, (sets, STUDIES))
    effects = 0.2 + np.hypot(spread, np.sqrt(variances)) * random.standard_normal((sets, STUDIES))
    return effects, variances


def lines(rounds: int) -> list[Measured]:
    """Measure DerSimonian–Laird, and REML with Hartung–Knapp limits."""
    return [*beside_pymare(rounds), *beside_metafor(rounds), *one_by_one(rounds)]


def beside_pymare(rounds: int) -> list[Measured]:
    """Measure against PyMARE, which computes all sets with NumPy too."""
    estimators = peer("pymare.estimators")
    if estimators is None:
        return []
    found = []
    for title, method, interval, sets, theirs in (
        ("DL", "DL", "normal", SETS, estimators.DerSimonianLaird),
        (
            "REML, Hartung–Knapp",
            "REML",
            "hartung-knapp",
            LIKELIHOOD_PART,
            lambda: estimators.VarianceBasedLikelihoodEstimator(method="REML"),
        ),
    ):
        effects, variances = studies(sets)
        columns = effects.T.copy(), variances.T.copy(), np.ones((STUDIES, 1))
        found.append(
            ratio(
                f"{sets:,} meta-analyses of {STUDIES} studies, {title}",
                "PyMARE, two-dimensional",
                lambda y=effects, v=variances, m=method, i=interval: pool_many(  # type: ignore[misc] # mypy infers no type for a default
                    y, v, method=m, interval=i
                ),
                lambda p=theirs, c=columns: p().fit(*c).summary().get_fe_stats(),  # type: ignore[misc] # mypy infers no type for a default
                aim=FASTER,
                rounds=min(rounds, 3),
            )
        )
    return found


def beside_metafor(rounds: int) -> list[Measured]:
    """Measure against R's metafor, one set after another, its time scaled to all sets."""
    if not _has_metafor():
        return []
    effects, variances = studies(SETS)
    jobs: list[tuple[str, Literal["DL", "REML"], Literal["normal", "hartung-knapp"], str]] = [
        ("DL", "DL", "normal", "z"),
        ("REML, Hartung–Knapp", "REML", "hartung-knapp", "knha"),
    ]
    return [
        compare(
            f"{SETS:,} meta-analyses of {STUDIES} studies, {title}",
            "R metafor, one by one",
            partial(
                seconds, partial(pool_many, effects, variances, method=method, interval=interval)
            ),
            partial(_metafor_seconds, method, test),
            aim=THOUSANDTH,
            rounds=min(rounds, 3),
        )
        for title, method, interval, test in jobs
    ]


def _has_metafor() -> bool:
    if shutil.which("Rscript") is None:
        return False
    asked = ["Rscript", "-e", "quit(status = !requireNamespace('metafor', quietly = TRUE))"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


def _metafor_seconds(method: str, test: str) -> float:
    with tempfile.TemporaryDirectory() as folder:
        table, script = Path(folder) / "sets.csv", Path(folder) / "loop.R"
        np.savetxt(table, np.hstack(studies(METAFOR_PART)), delimiter=",", fmt="%.17g")
        script.write_text(_METAFOR, encoding="utf-8")
        asked = ["Rscript", str(script), str(table), method, test]
        done = subprocess.run(asked, capture_output=True, text=True, check=True)
    return float(done.stdout) * SETS / METAFOR_PART


def one_by_one(rounds: int) -> list[Measured]:
    """Measure against a loop over our own single form, the part's time scaled to all sets."""
    effects, variances = studies(SINGLE_PART)
    return [
        ratio(
            f"{SINGLE_PART:,} meta-analyses of {STUDIES} studies, {method}",
            "topline one by one",
            lambda m=method: pool_many(effects, variances, method=m, interval="hartung-knapp"),  # type: ignore[misc] # mypy infers no type for a default
            lambda m=method: [  # type: ignore[misc] # mypy infers no type for a default
                pool(y, v, method=m, interval="hartung-knapp")
                for y, v in zip(effects, variances, strict=True)
            ],
            aim=FIFTIETH,
            rounds=min(rounds, 3),
        )
        for method in ("DL", "REML")
    ]
