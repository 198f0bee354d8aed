"""Results of ``topline stat`` as one aligned table, or as JSON with all digits."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Context
from typing import TYPE_CHECKING

from topline.cli.terminal import width, write, write_json

if TYPE_CHECKING:
    from topline.stats.effect import Effect
    from topline.stats.estimate import Estimate, Test
    from topline.stats.possible_values import Derived, PossibleValues

_GAP = "  "
_NARROWEST_METHOD = 24
_UNKNOWN = "–"
_TITLES = (
    "", "estimate", "lower", "upper", "possible", "error", "level", "statistic", "df", "p", "method",
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
    for line in _lines(listed):
        write(line)
    for row in listed:
        for note in row.result.notes:
            write(f"note: {row.name}: {note}")
    for note in notes:
        write(f"note: {note}")


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


def _described(row: Row) -> dict[str, object]:
    """All fields of a result, as plain numbers."""
    from dataclasses import fields

    found: dict[str, object] = {"name": row.name, "kind": _kind(row)}
    for field in fields(row.result):
        value = getattr(row.result, field.name)
        if field.name == "possible":
            # JSON has no infinity: an end without bound is null, as its note in words says.
            value = {"lower": _bounded(value.lower), "upper": _bounded(value.upper)}
        # NumPy's numbers are plain ones in JSON.
        found[field.name] = value.item() if hasattr(value, "item") else value
    return found


def _kind(row: Row) -> str:
    if hasattr(row.result, "p_value"):
        return "test"
    return "derived" if hasattr(row.result, "possible") else "estimate"


def _bounded(number: float) -> float | None:
    return number if math.isfinite(number) else None


def _lines(rows: Sequence[Row]) -> list[str]:
    from topline.render.text_lines import width_of, wrapped

    cells = [_TITLES, *(_cells(row) for row in rows)]
    used = [
        place
        for place, _ in enumerate(_TITLES)
        if place == 0 or any(line[place] for line in cells[1:])
    ]
    widths = {place: max(width_of(line[place]) for line in cells) for place in used}
    last = used[-1]
    room = width() - sum(widths[place] + len(_GAP) for place in used[:-1])
    lines: list[str] = []
    for line in cells:
        parts = [_aligned(line[place], widths[place], place) for place in used[:-1]]
        before = _GAP.join(parts)
        words = wrapped(line[last], room) if room >= _NARROWEST_METHOD else [line[last]]
        lines.append(f"{before}{_GAP}{words[0]}".rstrip())
        lines += [f"{' ' * len(before)}{_GAP}{more}" for more in words[1:]]
    return lines


def _aligned(text: str, columns: int, place: int) -> str:
    from topline.render.text_lines import width_of

    blanks = " " * (columns - width_of(text))
    return text + blanks if place == 0 else blanks + text


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
        _shown(found.p_value) or _UNKNOWN,
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
    """Show a number to six digits; JSON has all."""
    return "" if value is None else f"{value:.6g}"
