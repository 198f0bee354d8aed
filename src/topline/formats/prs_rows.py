"""The rows of a measure in the registry's upload, by which baseline and outcome measures are alike.

A record lists classes, in them categories, and in these one measurement for each group. The upload lists rows
(classes), in them one value for each group, and in these one entry for each category, by its name.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from topline.formats.prs_denominators import read_denoms, split_denoms
from topline.formats.prs_elements import (
    Element,
    Reading,
    Writing,
    add,
    add_if,
    children,
    listed,
    text,
    texts_of,
)
from topline.formats.prs_groups import LEADS_NOWHERE, GroupIds
from topline.record.results import MeasureCategory, MeasureClass, Measurement

_ROW = ("reportedValues", "title")
_VALUE = ("reportingGroupId", "numUnitsAnalyzed", "reportedEntries", "subjectsAnalyzed")
_ENTRY = (
    "catName",
    "dispersionLowerLimit",
    "dispersionSpread",
    "dispersionUpperLimit",
    "naComment",
    "parameterValue",
)
_MEASUREMENT = {
    "dispersionLowerLimit": "lower_limit",
    "dispersionSpread": "spread",
    "dispersionUpperLimit": "upper_limit",
    "naComment": "comment",
    "parameterValue": "value",
}
"""An entry's elements, in the order of the schema, and the fields of a measurement."""

_TWICE = "the schema has one value for a group in a row's category"
_NO_NUMBER = "it has no number and no comment"
_NO_GROUP_AT_ALL = (
    "the schema names categories beside the values of groups, and the measure has none"
)


def read_rows(
    container: Element | None, ids: GroupIds, unit: str | None, at: tuple[str, Reading]
) -> tuple[MeasureClass, ...] | None:
    """Read the rows of a measure as classes; ``None`` if there are none."""
    address, reading = at
    rows = listed(container, "measureRow", address, reading)
    return (
        tuple(
            _read_row(row, ids, unit, (f"{address}/classes/{place}", reading))
            for place, row in enumerate(rows)
        )
        or None
    )


def write_rows(
    parent: Element,
    classes: Iterable[MeasureClass] | None,
    ids: Mapping[str, str],
    unit: str | None,
    at: tuple[str, Writing],
) -> None:
    """Write classes as the rows of a measure."""
    address, writing = at
    rows = add(parent, "measureRows")
    for place, one in enumerate(classes or ()):
        _write_row(add(rows, "measureRow"), one, ids, unit, (f"{address}/classes/{place}", writing))


@dataclass(slots=True)
class _Value:
    """What a row posts for one group."""

    group_id: str
    participants: str | None
    units: str | None
    entries: list[tuple[str | None, Measurement]] = field(default_factory=list)


_Key = tuple[str | None, int]
"""A category within a row: its name, and how many before it have the same."""


def _read_row(
    element: Element, ids: GroupIds, unit: str | None, at: tuple[str, Reading]
) -> MeasureClass:
    address, reading = at
    found = children(element, _ROW, address, reading)
    elements = listed(found.get("reportedValues"), "reportedValue", address, reading)
    values = [
        _read_value(one, id, address, reading) for id, one in ids.sort(elements, address, reading)
    ]
    categories: dict[_Key, list[Measurement]] = {key: [] for key in _merged(values)}
    for value in values:
        for key, (_, measurement) in zip(_keys(value), value.entries, strict=True):
            if measurement != Measurement(group_id=value.group_id):
                categories[key].append(measurement)
    return MeasureClass(
        title=text(found.get("title")),
        denoms=read_denoms(
            ((value.group_id, value.participants) for value in values),
            ((value.group_id, value.units) for value in values),
            unit,
        ),
        categories=tuple(
            MeasureCategory(title=title, measurements=tuple(measurements) or None)
            for (title, _), measurements in categories.items()
        )
        or None,
    )


def _read_value(element: Element, id: str, address: str, reading: Reading) -> _Value:
    found = children(element, _VALUE, address, reading)
    value = _Value(id, text(found.get("subjectsAnalyzed")), text(found.get("numUnitsAnalyzed")))
    for entry in listed(found.get("reportedEntries"), "reportedEntry", address, reading):
        inside = children(entry, _ENTRY, address, reading)
        measurement = Measurement(group_id=id, **texts_of(inside, _MEASUREMENT))
        value.entries.append((text(inside.get("catName")), measurement))
    return value


def _keys(value: _Value) -> list[_Key]:
    names = [name for name, _ in value.entries]
    return [(name, names[:place].count(name)) for place, name in enumerate(names)]


def _merged(values: Iterable[_Value]) -> list[_Key]:
    """Return the categories of a row in order: a group that lacks some does not move the others."""
    merged: list[_Key] = []
    for value in values:
        after = 0
        for key in _keys(value):
            if key in merged:
                after = merged.index(key) + 1
            else:
                merged.insert(after, key)
                after += 1
    return merged


def _write_row(
    element: Element,
    one: MeasureClass,
    ids: Mapping[str, str],
    unit: str | None,
    at: tuple[str, Writing],
) -> None:
    address, writing = at
    participants, units = split_denoms(one.denoms, unit, address, writing)
    categories = one.categories or ()
    cells = [
        _by_group(category, f"{address}/categories/{place}", writing)
        for place, category in enumerate(categories)
    ]
    if not ids:
        writing.explain(f"{address}/categories", _NO_GROUP_AT_ALL)
    # Where no group has a number, the names of the categories stand beside each all the same.
    bare = bool(categories) and not any(cells)
    values = add(element, "reportedValues")
    for id, written_id in ids.items():
        has_numbers = bare or any(id in row for row in cells)
        if not has_numbers and id not in participants and id not in units:
            continue
        value = add(values, "reportedValue")
        add(value, "reportingGroupId", written_id)
        add_if(value, "numUnitsAnalyzed", units.get(id))
        entries = add(value, "reportedEntries")
        if has_numbers:
            _write_entries(entries, categories, [row.get(id) for row in cells])
        add_if(value, "subjectsAnalyzed", participants.get(id))
    add_if(element, "title", one.title)
    writing.give_back(element, address, _ROW)


def _by_group(category: MeasureCategory, address: str, writing: Writing) -> dict[str, Measurement]:
    found: dict[str, Measurement] = {}
    for place, measurement in enumerate(category.measurements or ()):
        here = f"{address}/measurements/{place}"
        id = measurement.group_id
        if id is None:
            writing.explain(here, LEADS_NOWHERE)
        elif id in found:
            writing.explain(here, _TWICE)
        elif measurement == Measurement(group_id=id):
            writing.explain(here, _NO_NUMBER)
        else:
            found[id] = measurement
    return found


def _write_entries(
    entries: Element, categories: Sequence[MeasureCategory], row: Sequence[Measurement | None]
) -> None:
    for category, measurement in zip(categories, row, strict=True):
        entry = add(entries, "reportedEntry")
        add_if(entry, "catName", category.title)
        for name, record_field in _MEASUREMENT.items():
            add_if(entry, name, getattr(measurement, record_field, None))
