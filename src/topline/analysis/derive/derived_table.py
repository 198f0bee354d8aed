"""Derived estimates as a table: one row each, every one marked as computed here."""

from collections.abc import Sequence

import polars as pl

from topline.analysis.derive.derivation import DerivedEstimate, Range

_SEPARATOR = "; "
"""Between the parts of what is a list in JSON."""

_TEXT = pl.String()
_NUMBER = pl.Float64()
_COLUMNS: dict[str, pl.DataType] = {
    "nct_id": _TEXT,
    "computed": _TEXT,
    "address": _TEXT,
    "context": _TEXT,
    "name": _TEXT,
    "groups": _TEXT,
    "group_titles": _TEXT,
    "estimate": _NUMBER,
    "lower": _NUMBER,
    "upper": _NUMBER,
    "level": _NUMBER,
    "statistic": _NUMBER,
    "degrees_of_freedom": _NUMBER,
    "p_value": _NUMBER,
    "null_value": _NUMBER,
    "unit": _TEXT,
    **{
        f"{part}_possible_{end}": _NUMBER
        for part in ("estimate", "lower", "upper", "p_value")
        for end in ("lower", "upper")
    },
    "method": _TEXT,
    "inputs": _TEXT,
    "relation": _TEXT,
    "notes": _TEXT,
}


def derived_frame(estimates: Sequence[DerivedEstimate], nct_id: str = "") -> pl.DataFrame:
    """Give derived estimates as a frame.

    Lists (context, groups, inputs, notes) are one text each, their parts separated by semicolons; a
    possible range is two columns, empty where nothing bounds the value on that side.

    Parameters
    ----------
    estimates
        The estimates.
    nct_id
        NCT number of the record; empty where it has none.

    Examples
    --------
    >>> derived_frame(()).columns[:3]
    ['nct_id', 'computed', 'address']
    """
    rows = [_row(estimate, nct_id) for estimate in estimates]
    return pl.DataFrame(
        {
            name: pl.Series(name, [row[name] for row in rows], dtype=kind)
            for name, kind in _COLUMNS.items()
        }
    )


def _row(estimate: DerivedEstimate, nct_id: str) -> dict[str, object]:
    found: dict[str, object] = {"nct_id": nct_id}
    for name in _COLUMNS:
        if name in found:
            continue
        part, possible, end = name.partition("_possible_")
        if possible:
            values: Range | None = getattr(estimate, f"{part}_possible")
            found[name] = None if values is None else getattr(values, end)
            continue
        value = getattr(estimate, name)
        found[name] = _SEPARATOR.join(value) if isinstance(value, tuple) else value
    return found
