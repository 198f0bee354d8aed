"""Compute every case of a folder of reference values and compare, family by family."""

import importlib
import json
import math
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import tests.reference.families as package
from tests.reference.case import Case, flatten

from topline.errors import ToplineError

Compute = Callable[[Case], Mapping[str, Any]]

CLOSED, ITERATIVE = 1e-9, 1e-7
"""Relative tolerance of closed forms, and of what software itself iterates for."""

ABSOLUTE = 1e-12
"""A reference this near to zero is a difference of numbers near 1, with their rounding."""

ITERATIVE_FAMILIES = frozenset(
    {
        "cox",
        "competing_risks",
        "logistic",
        "negative_binomial",
        "meta_generic",
        "meta_regression",
        "meta_extras",
        "meta_single_proportion",
        "meta_glmm",
        "mmrm",
        "mmrm_exact",
        "two_proportions",
        "paired_proportions",
        "stratified_2x2",
    }
)
"""Families in which the reference comes from an optimiser, a root finder or bisection."""

FAMILY_TOLERANCE: Mapping[str, tuple[float, str]] = {
    "meta_glmm": (2e-4, "lme4's optimiser stops with about 5 digits"),
    "mmrm": (1e-4, "the R package mmrm stops with 4 to 5 digits; mmrm_exact has 12"),
}
"""Families whose reference software carries fewer digits: tolerance and reason."""

LEAF_TOLERANCE: Mapping[tuple[str, str], tuple[float, str]] = {
    ("logistic", "profile"): (1e-4, "profile limits are interpolated by MASS: about 5 digits"),
    ("negative_binomial", "theta"): (1e-6, "glm.nb's theta has about 10 digits at most"),
    ("anova", "tukey"): (1e-6, "ptukey integrates to about 8 digits"),
}
"""Parts of a family's values, by a word of their path: tolerance and reason."""


@dataclass(slots=True)
class Family:
    """The comparison of one family.

    Attributes
    ----------
    cases
        Ids of its cases.
    passed
        How many values agree.
    wrong
        The values that do not, in words.
    missing
        Ids of the cases that nothing computes.
    least
        The fewest digits in which a value agrees.
    """

    cases: list[str] = field(default_factory=list)
    passed: int = 0
    wrong: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    least: float = 15.0


@cache
def families() -> Mapping[str, Compute]:
    """Collect what computes each family."""
    found: dict[str, Compute] = {}
    for module in pkgutil.iter_modules(package.__path__):
        loaded = importlib.import_module(f"{package.__name__}.{module.name}")
        found |= getattr(loaded, "FAMILIES", {})
    return found


def cases(folder: Path) -> Iterator[Case]:
    """Read every case of every JSON file of a folder; data files lie in the sibling ``data``."""
    for file in sorted(folder.glob("*.json")):
        document = json.loads(file.read_text(encoding="utf-8"))
        for case in document["cases"]:
            yield Case(
                id=case["id"],
                family=case["family"],
                input=case["input"],
                params=case["params"] or {},
                expected=case["expected"],
                data=folder.parent / "data",
            )


def compare(folder: Path) -> dict[str, Family]:
    """Compute and compare every case of a folder."""
    results: dict[str, Family] = {}
    for case in cases(folder):
        family = results.setdefault(case.family, Family())
        family.cases.append(case.id)
        compute = families().get(case.family)
        if compute is None:
            family.missing.append(case.id)
            continue
        _compare_case(case, compute, family)
    return results


def _compare_case(case: Case, compute: Compute, family: Family) -> None:
    expected = dict(flatten(case.expected))
    try:
        found = dict(flatten(compute(case)))
    except (ToplineError, ArithmeticError, ValueError, LookupError, TypeError) as error:
        family.wrong += [f"{case.id}: {type(error).__name__}: {error}"] * len(expected)
        return
    for path, value in expected.items():
        if path not in found:
            family.wrong.append(f"{case.id} {path}: not computed, expected {value!r}")
            continue
        digits = agreement(found[path], value)
        if digits is None or digits < -math.log10(tolerance(case.family, path)):
            family.wrong.append(f"{case.id} {path}: found {found[path]!r}, expected {value!r}")
        else:
            family.passed += 1
            family.least = min(family.least, digits)


def tolerance(family: str, path: str) -> float:
    """Give the relative tolerance of one value.

    >>> tolerance("one_rate", "exact.lower"), tolerance("cox", "coef")
    (1e-09, 1e-07)
    """
    for (of_family, word), (allowed, _) in LEAF_TOLERANCE.items():
        if of_family == family and word in path:
            return allowed
    if family in FAMILY_TOLERANCE:
        return FAMILY_TOLERANCE[family][0]
    return ITERATIVE if family in ITERATIVE_FAMILIES else CLOSED


def agreement(found: Any, expected: Any) -> float | None:
    """Give the digits in which two values agree, at most 15; ``None`` where they do not at all.

    >>> agreement(3, 3), agreement(None, None), agreement("a", "b") is None
    (15.0, 15.0, True)
    >>> round(agreement(1.0001, 1.0))
    4
    """
    found, expected = _number(found), _number(expected)
    if not isinstance(expected, float) or not isinstance(found, float):
        return 15.0 if found == expected else None
    if found == expected:
        return 15.0
    if not (math.isfinite(found) and math.isfinite(expected)):
        return None
    difference = abs(found - expected)
    if difference <= ABSOLUTE:
        return 15.0
    return min(15.0, -math.log10(difference / max(abs(expected), abs(found))))


def _number(value: Any) -> Any:
    if isinstance(value, str) and value in ("Inf", "-Inf"):
        return float(value.replace("Inf", "inf"))
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value
