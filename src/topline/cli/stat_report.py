"""Results of ``topline stat`` as one aligned table, or as JSON with all digits."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Context
from typing import TYPE_CHECKING

from topline.cli.terminal import known_width, write, write_json

if TYPE_CHECKING:
    from topline.stats.effect import Effect
    from topline.stats.estimate import Estimate, Test
    from topline.stats.possible_values import Derived, PossibleValues

_UNKNOWN = "–"
_WHOLE = 1e15
"""Above it a whole number is shown to six digits as well."""
_SMALLEST = 1e-300
"""A probability below it is computed as 0, though none of a test's is."""
_TITLES = (
    "", "estimate", "lower", "upper", "possible", "SE", "level", "statistic", "df", "p", "method",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One result with its name: an estimate, a test, or a number derived from printed ones."""

    name: str
    result: "Estimate | Test | Derived"


def report(rows: Iterable[Row], *, json: bool, notes: Sequence[str] = ()) -> None:
    """Print results.

    Parameters
    ----------
    rows
        The results.
    json
        As JSON: ``results``, each with its name and all that the statistic returned, and ``notes``.
    notes
        What was left out, or how to understand the whole.
    """
    listed = list(rows)
    if json:
        write_json({"results": [_described(row) for row in listed], "notes": list(notes)})
        return
    # What measures text is loaded where it is printed, not when a command starts.
    from topline.cli.stat_layout import laid_out

    tests = [_kind(row) == "test" for row in listed]
    for line in laid_out(_TITLES, [_cells(row) for row in listed], tests):
        write(line)
    told = [f"{row.name}: {note}" for row in listed for note in _notes(row)]
    for line in (line for note in (*told, *notes) for line in _noted(note)):
        write(line)


def effect_rows(name: str, effect: "Effect") -> tuple[Row, Row]:
    """Return the rows of an estimate with its test."""
    return Row(name, effect.estimate), Row(f"{name}, test", effect.test)


def number(
    value: float | None, method: str, *, why: str = "undefined", notes: tuple[str, ...] = ()
) -> "Estimate":
    """Return a number that has no interval as an estimate; ``why`` is said where there is none."""
    from topline.stats.estimate import Estimate

    found = None if value is None or not math.isfinite(value) else float(value)
    reason = () if found is not None else (f"value: {why}",)
    return Estimate(value=found, method=method, notes=(*reason, *notes))


def _notes(row: Row) -> tuple[str, ...]:
    """Return what is to be said of a result."""
    if getattr(row.result, "p_value", None) == 0:
        return (*row.result.notes, f"p-value: below {_SMALLEST:g}, too small to be told from 0")
    return row.result.notes


def _noted(note: str) -> list[str]:
    from topline.cli.stat_layout import hanging

    known = known_width()
    return [f"note: {note}"] if known is None else hanging(f"note: {note}", known)


def _described(row: Row) -> dict[str, object]:
    """All fields of a result, as plain numbers."""
    from dataclasses import fields

    found: dict[str, object] = {"name": row.name, "kind": _kind(row)}
    for field in fields(row.result):
        value = getattr(row.result, field.name)
        if field.name == "possible":
            # JSON has no infinity: an end without bound is null, as its note in words says.
            value = {"lower": _bounded(value.lower), "upper": _bounded(value.upper)}
        if field.name == "notes":
            value = _notes(row)
        # NumPy's numbers are plain ones in JSON.
        found[field.name] = value.item() if hasattr(value, "item") else value
    return found


def _kind(row: Row) -> str:
    if hasattr(row.result, "p_value"):
        return "test"
    return "derived" if hasattr(row.result, "possible") else "estimate"


def _bounded(number: float) -> float | None:
    return number if math.isfinite(number) else None


def _cells(row: Row) -> tuple[str, ...]:
    from topline.stats.estimate import Estimate
    from topline.stats.possible_values import Derived

    found = row.result
    if isinstance(found, Derived):
        range_ = _range(found.possible)
        return (row.name, _shown(found.value) or _UNKNOWN, "", "", range_, *[""] * 5, found.method)
    if isinstance(found, Estimate):
        asked = found.level is not None
        return (
            row.name,
            _shown(found.value) or _UNKNOWN,
            (_shown(found.lower) or _UNKNOWN) if asked else "",
            (_shown(found.upper) or _UNKNOWN) if asked else "",
            "",
            _shown(found.standard_error),
            f"{100 * found.level:.6g}%" if found.level is not None else "",
            "",
            _shown(found.degrees_of_freedom),
            "",
            found.method + (" (natural logarithm)" if found.scale == "log" else ""),
        )
    degrees = (found.degrees_of_freedom, found.denominator_degrees_of_freedom)
    return (
        *(row.name, "", "", "", "", "", ""),
        _shown(found.statistic) or _UNKNOWN,
        ", ".join(_shown(one) for one in degrees if one is not None),
        _shown_p_value(found.p_value),
        found.method + ("" if found.sides == "two-sided" else f", one-sided: {found.sides}"),
    )


def _range(values: "PossibleValues") -> str:
    """Show from where to where a number may lie, rounded outwards; nothing where it is known exactly."""
    if values.lower == values.upper:
        return ""
    return f"{_outwards(values.lower, ROUND_FLOOR)} to {_outwards(values.upper, ROUND_CEILING)}"


def _outwards(number: float, rounding: str) -> str:
    """Show an end of a range to six digits, so that the range shown holds the whole one."""
    if not math.isfinite(number):
        return "∞" if number > 0 else "-∞"
    return f"{float(Context(prec=6, rounding=rounding).create_decimal(repr(float(number)))):.6g}"


def _shown(value: float | None) -> str:
    """Show a number to six digits, a whole one to all that it has; JSON has all.

    Examples
    --------
    >>> _shown(0.29629629), _shown(1234567.0), _shown(1234567.8), _shown(None)
    ('0.296296', '1234567', '1.23457e+06', '')
    """
    if value is None:
        return ""
    is_whole = float(value).is_integer() and abs(value) < _WHOLE
    return f"{value:.0f}" if is_whole else f"{value:.6g}"


def _shown_p_value(value: float | None) -> str:
    """Show a p-value; one that is smaller than any number a computer holds is not 0."""
    if value is None:
        return _UNKNOWN
    return f"<{_SMALLEST:g}" if value == 0 else _shown(value)
