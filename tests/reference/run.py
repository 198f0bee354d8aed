"""Compute every case of a folder of reference values and compare, family by family."""

import importlib
import json
import math
import pkgutil
import re
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """A reference with fewer digits than its kind, and why.

    Attributes
    ----------
    family
        Its family.
    word
        A word of the path of the values; empty for all.
    cases
        A regular expression that the case's id contains; empty for all.
    relative, absolute
        The tolerance instead.
    reason
        Why the reference carries no more.
    """

    family: str
    word: str = ""
    cases: str = ""
    relative: float
    absolute: float = 1e-12
    reason: str


EXEMPTIONS: tuple[Exemption, ...] = (
    Exemption(
        family="mmrm",
        word="p[",
        relative=2e-3,
        reason="a small p-value magnifies the few digits of its t statistic",
    ),
    Exemption(
        family="mmrm",
        relative=5e-4,
        reason="the R package mmrm stops its optimiser with 4 to 5 digits; mmrm_exact has 12",
    ),
    Exemption(
        family="meta_generic",
        cases="_PMM",
        relative=5e-4,
        reason="metafor solves for the median-unbiased variance with R's uniroot, to about 5 digits; p has fewer",
    ),
    Exemption(
        family="meta_glmm",
        word="p",
        cases=r"_UM\.RS$",
        relative=0.15,
        reason="the p-value magnifies lme4's standard error, which carries 2 to 3 digits",
    ),
    Exemption(
        family="meta_glmm",
        cases=r"_UM\.RS$",
        relative=1e-2,
        reason="lme4's standard error comes from differences of an iterated likelihood",
    ),
    Exemption(
        family="meta_glmm",
        word="wald_Q",
        cases=r"_CM\.EL$",
        relative=0.7,
        reason="metafor's numerical Hessian fails: 268.6 where enumeration gives 163.09",
    ),
    Exemption(
        family="meta_glmm",
        word="p",
        cases=r"bcg_CM\.EL$",
        relative=1e-3,
        reason="the p-value magnifies the standard error",
    ),
    Exemption(
        family="meta_glmm",
        word="estimate",
        cases=r"hine89_CM\.EL$",
        relative=2e-4,
        reason="lme4's optimiser stops with about 5 digits",
    ),
    Exemption(
        family="meta_glmm",
        word="lrt_Q",
        cases=r"hine89_CM\.EL$",
        relative=2e-4,
        reason="lme4's optimiser stops with about 5 digits",
    ),
    Exemption(
        family="meta_glmm",
        cases=r"hine89_CM\.EL$",
        relative=1.0,
        absolute=1.0,
        reason="metafor's Hessian fails without heterogeneity: a standard error of 6e-7, p of 0",
    ),
    Exemption(
        family="meta_glmm",
        relative=2e-4,
        reason="lme4's optimiser stops with about 5 digits",
    ),
    Exemption(
        family="meta_extras",
        word="henmi_copas",
        relative=2e-4,
        reason="metafor's limits come from uniroot around a numerical integral, to about 4 digits",
    ),
    Exemption(
        family="logistic",
        word="profile",
        relative=5e-4,
        reason="MASS interpolates the profile by a spline, to about 4 digits",
    ),
    Exemption(
        family="negative_binomial",
        word="theta_se",
        relative=2e-4,
        reason="MASS takes it from the iteration before the last",
    ),
    Exemption(
        family="negative_binomial",
        word="theta",
        relative=1e-6,
        reason="MASS stops iterating for theta at about 10 digits, and less where it is flat",
    ),
    Exemption(
        family="anova",
        word="tukey",
        relative=1e-7,
        absolute=1e-11,
        reason="ptukey integrates to an absolute error near 1e-12",
    ),
)
"""Where the reference itself is not good to the tolerance of its kind."""


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
    exempted
        How many of them agree only within an exemption.
    least
        The fewest digits in which a value agrees.
    """

    cases: list[str] = field(default_factory=list)
    passed: int = 0
    exempted: int = 0
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
        relative, absolute = tolerance(case, path)
        digits = agreement(found[path], value, absolute)
        if digits is None or digits < -math.log10(relative):
            family.wrong.append(f"{case.id} {path}: found {found[path]!r}, expected {value!r}")
        else:
            family.passed += 1
            family.exempted += digits < -math.log10(_usual(case.family)) or absolute > ABSOLUTE
            family.least = min(family.least, digits)


def tolerance(case: Case, path: str) -> tuple[float, float]:
    """Give the relative and the absolute tolerance of one value of a case."""
    for exempted in EXEMPTIONS:
        if (
            exempted.family == case.family
            and exempted.word in path
            and re.search(exempted.cases, case.id)
        ):
            return exempted.relative, exempted.absolute
    return _usual(case.family), ABSOLUTE


def _usual(family: str) -> float:
    return ITERATIVE if family in ITERATIVE_FAMILIES else CLOSED


def agreement(found: Any, expected: Any, absolute: float = ABSOLUTE) -> float | None:
    """Give the digits in which two values agree, at most 15; ``None`` where they do not at all.

    Two values that differ by no more than ``absolute`` agree in all digits.

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
    if difference <= absolute:
        return 15.0
    return min(15.0, -math.log10(difference / max(abs(expected), abs(found))))


def _number(value: Any) -> Any:
    if isinstance(value, str) and value in ("Inf", "-Inf"):
        return float(value.replace("Inf", "inf"))
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value
