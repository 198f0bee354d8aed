"""Survival: Kaplan–Meier medians against a sort of the times, log-rank and Cox against peers."""

from collections.abc import Callable
from typing import Any

import numpy as np
from benchmarks.measure import Measured, memory, ratio
from benchmarks.peers import peer

from topline.stats.cox import cox
from topline.stats.log_rank import log_rank, log_ranks
from topline.stats.survival import kaplan_meier, survival_quantile
from topline.stats.survival_quantiles import survival_quantiles

#: At most twice the sort; a fifth of lifelines and of `survival`; as fast as statsmodels; a twentieth of a loop.
SORT_AIM, FIFTH, EQUAL, TWENTIETH = 2.0, 0.2, 1.0, 0.05
#: At most three times the input.
MEMORY_AIM = 3.0
#: lifelines and loops are slow: they are measured on a part, and scaled in proportion to the curves or tests.
PART = 200


def participants(number: int, seed: int = 20) -> tuple[Any, Any]:
    """Make continuous times with four in ten censored."""
    generator = np.random.default_rng(seed)
    return generator.exponential(100, number), generator.random(number) < 0.6


def lines(rounds: int) -> list[Measured]:
    """Measure every job of the family."""
    return [
        *sorts(rounds),
        *whole_days(rounds),
        *many_curves(rounds),
        *log_rank_tests(rounds),
        *regressions(rounds),
        *memories(),
    ]


def sorts(rounds: int) -> list[Measured]:
    """Medians with log-log limits, and the whole curve, beside a sort of the times."""
    found = []
    for number in (10**6, 10**7):
        time, event = participants(number)
        found += [
            ratio(
                f"{title}, n = {number:,}",
                "NumPy sort",
                run,
                lambda time=time: np.sort(time),  # type: ignore[misc] # mypy infers no type for a default
                aim=aim,
                rounds=min(rounds, 3) if number > 10**6 else rounds,
                clock="cpu",
            )
            for title, run, aim in (
                ("Kaplan–Meier median", lambda t=time, e=event: survival_quantiles(t, e), SORT_AIM),
                (
                    "  the whole curve laid out, then its median",
                    lambda t=time, e=event: survival_quantile(kaplan_meier(t, e)),
                    None,
                ),
            )
        ]
    return found


def whole_days(rounds: int) -> list[Measured]:
    """The median of whole days, ten million of them."""
    lifelines = peer("lifelines")
    time, event = participants(10**7)
    days = np.ceil(time * 10)

    def ours() -> object:
        return survival_quantile(kaplan_meier(days, event))

    if lifelines is None:
        return []

    def theirs() -> object:
        fitter = lifelines.KaplanMeierFitter().fit(days, event)
        return lifelines.utils.median_survival_times(fitter.confidence_interval_)

    return [
        ratio(
            "Kaplan–Meier median of whole days, n = 10,000,000",
            "lifelines",
            ours,
            theirs,
            aim=FIFTH,
            rounds=min(rounds, 3),
            clock="cpu",
        )
    ]


def many_curves(rounds: int) -> list[Measured]:
    """Ten thousand medians of fifty participants each."""
    survival = peer("survival")
    if survival is None:
        return []
    time, event = participants(500_000)
    group = np.repeat(np.arange(10_000), 50)
    status = event.astype(np.int64)

    def theirs() -> object:
        response = survival.Surv(time, status)
        curves = survival.survfit(response, group=group, conf_type="log-log")
        return survival.quantile(curves, probs=(0.5,))

    return [
        ratio(
            "Kaplan–Meier medians of 10,000 groups of 50",
            "survival",
            lambda: survival_quantiles(time, event, offsets=np.arange(0, 500_001, 50)),
            theirs,
            aim=FIFTH,
            rounds=min(rounds, 3),
            clock="cpu",
        )
    ]


def log_rank_tests(rounds: int) -> list[Measured]:
    """One large test, and many small ones."""
    statsmodels = peer("statsmodels")
    if statsmodels is None:
        return []
    survdiff = peer("statsmodels.duration.survfunc").survdiff
    time, event = participants(10**6)
    group = np.random.default_rng(4).integers(0, 2, time.size)

    def loop() -> list[object]:
        size = 100
        return [
            survdiff(
                time[start : start + size], event[start : start + size], group[start : start + size]
            )
            for start in range(0, PART * size, size)
        ]

    offsets = np.arange(0, 10**6 + 1, 100)
    return [
        ratio(
            "log-rank test, n = 1,000,000",
            "statsmodels",
            lambda: log_rank(time, event, group),
            lambda: survdiff(time, event, group),
            aim=EQUAL,
            rounds=rounds,
            clock="cpu",
        ),
        ratio(
            f"log-rank tests, 10,000 of n = 100 (the loop's aim scaled: it does {PART})",
            "a loop over statsmodels",
            lambda: log_ranks(time, event, group, offsets),
            loop,
            aim=TWENTIETH * 10_000 / PART,
            rounds=rounds,
            clock="cpu",
        ),
    ]


def regressions(rounds: int) -> list[Measured]:
    """Cox regressions of five covariates with Efron's ties."""
    survival = peer("survival")
    if survival is None:
        return []
    found = []
    for number in (10**5, 10**6):
        ours, theirs = _regression(survival, number)
        found.append(
            ratio(
                f"Cox regression, 5 covariates, Efron, n = {number:,}",
                "survival",
                ours,
                theirs,
                aim=EQUAL,
                rounds=min(rounds, 3),
                clock="cpu",
            )
        )
    return found


def memories() -> list[Measured]:
    """What the large computations allocate."""
    time, event = participants(10**7)
    some, happened, covariates = hazards(10**6)
    arm = np.random.default_rng(4).integers(0, 2, 10**6)
    held = time.nbytes + event.nbytes
    given = some.nbytes + happened.nbytes
    jobs: list[tuple[str, Callable[[], object], int]] = [
        (
            "Kaplan–Meier median, n = 10,000,000",
            lambda: survival_quantiles(time, event),
            held,
        ),
        (
            "log-rank test, n = 1,000,000",
            lambda: log_rank(some, happened, arm),
            given + arm.nbytes,
        ),
        (
            "Cox regression, 5 covariates, n = 1,000,000",
            lambda: cox(some, happened, covariates),
            given + covariates.nbytes,
        ),
    ]
    return [memory(f"peak memory: {what}", run, size, aim=MEMORY_AIM) for what, run, size in jobs]


def hazards(number: int) -> tuple[Any, Any, Any]:
    """Make times and events that depend on five covariates."""
    generator = np.random.default_rng(7)
    covariates = generator.normal(size=(number, 5))
    hazard = np.exp(covariates @ np.array([0.5, -0.3, 0.2, 0.0, 0.1]))
    failure, censoring = generator.exponential(100 / hazard), generator.exponential(150, number)
    return np.minimum(failure, censoring), failure <= censoring, covariates


def _regression(survival: Any, number: int) -> tuple[Callable[[], object], Callable[[], object]]:
    time, event, covariates = hazards(number)
    columns = {f"x{column}": covariates[:, column] for column in range(5)}
    frame = {"time": time, "status": event.astype(np.int64), **columns}
    formula = "Surv(time, status) ~ " + " + ".join(columns)
    return (
        lambda: cox(time, event, covariates),
        lambda: survival.coxph(formula, frame, ties="efron"),
    )
