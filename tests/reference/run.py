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
from tests.reference.exemptions import ABSOLUTE, Tolerance, demanded, tolerance, usual

Compute = Callable[[Case], Mapping[str, Any]]


@dataclass(slots=True)
class Family:
    """The comparison of one family.

    Attributes
    ----------
    cases
        Ids of its cases.
    passed, failed
        How many values agree, and how many do not.
    exempted
        How many of those that pass agree only within an exemption.
    wrong
        What does not agree, in words: a line for each value, or for each case that cannot be computed.
    missing
        Ids of the cases that nothing computes, each of which counts as one failure.
    least
        The fewest digits in which a value agrees.
    """

    cases: list[str] = field(default_factory=list)
    passed: int = 0
    failed: int = 0
    exempted: int = 0
    wrong: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    least: float = 15.0


@dataclass(slots=True)
class Comparison:
    """What a folder gives: its families, and the files and cases that cannot be read, in words."""

    families: dict[str, Family] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)

    @property
    def passed(self) -> int:
        """How many values agree."""
        return sum(family.passed for family in self.families.values())

    @property
    def failed(self) -> int:
        """How many values do not, cases that nothing computes and what cannot be read included."""
        return len(self.unreadable) + sum(
            family.failed + len(family.missing) for family in self.families.values()
        )


@cache
def families() -> Mapping[str, Compute]:
    """Collect what computes each family."""
    found: dict[str, Compute] = {}
    for module in pkgutil.iter_modules(package.__path__):
        loaded = importlib.import_module(f"{package.__name__}.{module.name}")
        found |= getattr(loaded, "FAMILIES", {})
    return found


def compare(folder: Path) -> Comparison:
    """Compute and compare every case of every JSON file of a folder; data files lie in the sibling ``data``."""
    results = Comparison()
    for case in _cases(folder, results.unreadable):
        family = results.families.setdefault(case.family, Family())
        family.cases.append(case.id)
        compute = families().get(case.family)
        if compute is None:
            family.missing.append(case.id)
        else:
            _compare_case(case, compute, family)
    return results


def _cases(folder: Path, unreadable: list[str]) -> Iterator[Case]:
    for file in sorted(folder.glob("*.json")):
        try:
            document = json.loads(file.read_text(encoding="utf-8-sig"))
        except (ValueError, OSError) as error:
            unreadable.append(f"{file.name} cannot be read as JSON: {error}")
            continue
        entries = document.get("cases") if isinstance(document, dict) else None
        if not isinstance(entries, list):
            unreadable.append(f'{file.name} holds no cases: expected {{"cases": [...]}}')
            continue
        for position, entry in enumerate(entries):
            try:
                yield _case(entry, folder.resolve().parent / "data")
            except (KeyError, TypeError, AttributeError) as error:
                unreadable.append(f"{file.name}: cases[{position}] is no case: {_words(error)}")


def _case(entry: Mapping[str, Any], data: Path) -> Case:
    params = entry.get("params") or {}
    return Case(
        id=str(entry["id"]),
        family=str(entry["family"]),
        input=dict(entry["input"]),
        # A parameter of length one may stand as a list.
        params={
            name: value[0] if isinstance(value, list) and len(value) == 1 else value
            for name, value in params.items()
        },
        expected=dict(entry["expected"]),
        data=data,
    )


def _compare_case(case: Case, compute: Compute, family: Family) -> None:
    expected = dict(flatten(case.expected))
    try:
        found = dict(flatten(compute(case)))
    except NotImplementedError:
        family.missing.append(case.id)
        return
    except Exception as error:  # noqa: BLE001 - whatever a foreign case breaks, the others are judged
        family.failed += len(expected)
        family.wrong.append(f"{case.id}: {len(expected)} values not computed: {_words(error)}")
        return
    for path, reference in expected.items():
        if path not in found:
            family.failed += 1
            family.wrong.append(f"{case.id} {path}: not computed, expected {reference!r}")
            continue
        value = demanded(case, path, reference)
        corrected = value is not reference
        allowed = usual(case.family, path) if corrected else tolerance(case, path)
        if _within(found[path], value, allowed):
            family.passed += 1
            exempted = corrected or not _within(found[path], value, usual(case.family, path))
            family.exempted += exempted
            family.least = min(family.least, agreement(found[path], value) or 0.0)
        else:
            family.failed += 1
            instead = f" (which is wrong: {value!r} is right)" if corrected else ""
            family.wrong.append(
                f"{case.id} {path}: found {found[path]!r}, expected {reference!r}{instead}"
            )


def _words(error: Exception) -> str:
    """Put an error into one line."""
    if isinstance(error, KeyError):
        return f"it has no {error.args[0]!r}"
    if isinstance(error, FileNotFoundError):
        return f"there is no data file {error.filename}"
    return f"{type(error).__name__}: {error}".partition("\n")[0]


def _within(found: Any, expected: Any, allowed: Tolerance) -> bool:
    found, expected = _number(found), _number(expected)
    if not isinstance(expected, float) or not isinstance(found, float):
        return bool(found == expected)
    if found == expected:
        return True
    if not (math.isfinite(found) and math.isfinite(expected)):
        return False
    largest = max(abs(found), abs(expected))
    return abs(found - expected) <= max(allowed.absolute, allowed.relative * largest)


def agreement(found: Any, expected: Any) -> float | None:
    """Give the digits in which two values agree, at most 15; ``None`` where they do not at all.

    Two values that differ by no more than the absolute tolerance agree in all digits.

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
