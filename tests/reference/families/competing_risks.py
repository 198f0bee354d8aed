"""Reference cases of competing risks."""

from collections.abc import Callable
from typing import Any

import numpy as np
from tests.reference.case import Case, listed

from topline.stats.competing_risks import (
    CumulativeIncidence,
    cumulative_incidence,
    incidence_at,
    incidence_error,
)
from topline.stats.fine_gray import fine_gray
from topline.stats.gray_test import gray_test

TRANSFORMS = {"plain": "plain", "log": "log", "loglog": "log-log"}


def competing_risks_case(case: Case) -> dict[str, Any]:
    rows, columns = case.rows(), case.input["columns"]
    time = np.array([float(row[columns["time_col"]]) for row in rows])
    cause = np.array([int(row[columns["event_col"]]) for row in rows])
    group = [row[columns["group_col"]] for row in rows]
    causes = sorted(set(cause.tolist()) - {0})
    curves = {
        label: cumulative_incidence(time[np.array(group) == label], cause[np.array(group) == label])
        for label in sorted(set(group), key=_as_factor)
    }
    found: dict[str, Any] = {}
    for key, expected in case.expected.items():
        if key == "gray_test":
            found[key] = _gray(time, cause, group, causes)
        elif key == "cuminc_cmprsk":
            found[key] = _incidence(curves, causes, listed(expected["times"]))
        elif key.startswith("aj_survfit_"):
            transform = TRANSFORMS[key.removeprefix("aj_survfit_")]
            times = list(dict.fromkeys(listed(expected["time"])))
            level = case.level
            found[key] = _states(curves, causes, times, level, transform)
        elif key.startswith("fine_gray_cause"):
            event = int(key.removeprefix("fine_gray_cause"))
            covariates = _covariates(rows, columns["fine_gray_covariates"])
            found[key] = _fine_gray(time, cause, covariates, event)
    return found


def _as_factor(label: str) -> tuple[int, float, str]:
    """Order labels as R orders the levels of a factor: numbers by size, others by text."""
    try:
        return 0, float(label), label
    except ValueError:
        return 1, 0.0, label


def _gray(time: Any, cause: Any, group: list[str], causes: list[int]) -> dict[str, Any]:
    tests = [gray_test(time, cause, group, event=event).test for event in causes]
    return {
        "cause": causes,
        "stat": [test.statistic for test in tests],
        "p": [test.p_value for test in tests],
        "df": [test.degrees_of_freedom for test in tests],
    }


def _incidence(
    curves: dict[str, CumulativeIncidence], causes: list[int], times: list[float]
) -> dict[str, Any]:
    chosen = [(label, event) for event in causes for label in curves]
    estimates, variances = [], []
    for label, event in chosen:
        curve = curves[label]
        places = np.searchsorted(curve.time, times, side="right") - 1
        values = np.append(curve.incidence[curve.causes.index(event)], 0.0)
        errors = np.append(incidence_error(curve, event, variance="hypergeometric"), 0.0)
        estimates.append(values[places].tolist())
        variances.append((errors[places] ** 2).tolist())
    return {
        "curve": [f"{label} {event}" for label, event in chosen],
        "times": times,
        "est": estimates,
        "var": variances,
    }


def _states(
    curves: dict[str, CumulativeIncidence],
    causes: list[int],
    times: list[float],
    level: float,
    transform: str,
) -> dict[str, Any]:
    rows = [
        [
            incidence_at(curve, event, time, level=level, transform=transform)
            for event in (0, *causes)
        ]
        for curve in curves.values()
        for time in times
    ]
    return {
        "strata": [f"g={label}" for label in curves for _ in times],
        "time": [time for _ in curves for time in times],
        "state": ["(s0)", *(str(event) for event in causes)],
        "pstate": [[one.value for one in row] for row in rows],
        "se": [[one.standard_error for one in row] for row in rows],
        "lower": [[one.lower for one in row] for row in rows],
        "upper": [[one.upper for one in row] for row in rows],
    }


def _covariates(rows: list[dict[str, str]], names: list[str] | str) -> dict[str, list[float]]:
    """Find each covariate: a column, or the name of a column with the label that it indicates behind it."""
    found: dict[str, list[float]] = {}
    for name in [names] if isinstance(names, str) else names:
        if name in rows[0]:
            found[name] = [float(row[name]) for row in rows]
            continue
        column = max((column for column in rows[0] if name.startswith(column)), key=len)
        label = name.removeprefix(column)
        found[name] = [float(row[column] == label) for row in rows]
    return found


def _fine_gray(
    time: Any, cause: Any, covariates: dict[str, list[float]], event: int
) -> dict[str, Any]:
    fit = fine_gray(
        time,
        cause,
        np.column_stack(list(covariates.values())),
        event=event,
        names=list(covariates),
    )
    return {
        "coef": fit.coefficients.tolist(),
        "se": fit.standard_errors.tolist(),
        "shr": [ratio.value for ratio in fit.hazard_ratios],
        "loglik": fit.log_likelihood,
        "loglik_null": fit.log_likelihood_null,
    }


FAMILIES: dict[str, Callable[[Case], dict[str, Any]]] = {"competing_risks": competing_risks_case}
