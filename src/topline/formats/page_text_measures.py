"""The measures of baseline and outcome tables, from their rows and to their rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from topline.formats.page_text_groups import Column, by_group
from topline.formats.page_text_labels import (
    COUNT_OF_PARTICIPANTS,
    DISPERSION,
    PARAMETER,
    PARTICIPANTS,
    UNIT,
)
from topline.formats.page_text_lines import number_repeats, unnumbered
from topline.formats.page_text_notes import Notes
from topline.formats.page_text_rows import Row, are_categories, label_lines, whole_number
from topline.formats.page_text_table import page_error, shown
from topline.formats.page_text_values import ValueCell, shows_dispersion, value_lines
from topline.record.results import (
    Denom,
    DenomCount,
    MeasureCategory,
    MeasureClass,
    MeasureGroup,
    Measurement,
)

UNTRUSTED = "n="
"""Under which field the site's denominators in baseline cells are set aside."""

_UNTRUSTED_REASON = (
    "the site prints one number in all rows of a column, which is not the denominator in the "
    "table's header: it is kept and not trusted"
)
_INTERVAL_REASON = "the page calls the limits an interval and does not say of which kind or level"


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """What the rows of one measure say of it."""

    title: str | None
    unit: str | None
    dispersion: str | None
    parameter: str | None
    classes: tuple[MeasureClass, ...] | None


def read_values(
    rows: Sequence[Row], columns: Sequence[Column], address: str, notes: Notes
) -> Values:
    """Read the rows of one measure.

    Parameters
    ----------
    rows
        Its rows, of which there is at least one.
    columns
        The groups, with the denominators of the table's header.
    address
        Of the measure.
    notes
        The site's ``n=`` in cells, and limits of an unknown kind, are set aside here.
    """
    attributes = {label: text for row in rows for label, text in row.attributes.items()}
    title = unnumbered(rows[0].title)
    unit = next((unit for row in rows for unit in row.units), None)
    cells = [cell for row in rows for cell in row.cells]
    categories = are_categories(
        title,
        unit,
        [[cell.value for cell in row.cells] for row in rows if len(row.below) == 1],
        columns,
    )
    dispersion = _dispersion(rows)
    if dispersion is None and any(cell.interval for cell in cells):
        notes.add(f"{address}/dispersionType", "interval", "Interval", _INTERVAL_REASON)
    return Values(
        title=title,
        unit=attributes.get(UNIT, unit),
        dispersion=attributes.get(DISPERSION, dispersion),
        parameter=attributes.get(PARAMETER, _shown_parameter(unit, cells)),
        classes=_read_classes(rows, categories, columns, address, notes),
    )


def measure_attributes(values: Values) -> dict[str, str]:
    """Say what of a measure its rows will not show, by label.

    Examples
    --------
    >>> values = Values(title="Age", unit="years", dispersion=None, parameter=None, classes=None)
    >>> measure_attributes(values)
    {'Unit: ': 'years'}
    """
    measurements = list(_measurements(values.classes))
    attributes = {}
    if values.unit and not measurements:
        attributes[UNIT] = values.unit
    if values.dispersion and not any(shows_dispersion(m) for m in measurements):
        attributes[DISPERSION] = values.dispersion
    if values.parameter and values.unit == PARTICIPANTS:
        shown_parameter = _parameter(values.unit, [m.value for m in measurements])
        if shown_parameter not in (None, values.parameter):
            attributes[PARAMETER] = values.parameter
    return attributes


def value_rows(
    title: str | None,
    values: Values,
    groups: Sequence[MeasureGroup],
    counts: Sequence[Sequence[tuple[str | None, str | None]]],
    address: str,
    notes: Notes,
) -> list[list[list[str]]]:
    """Write the rows of one measure; a measure without classes has one row without values.

    Parameters
    ----------
    title
        The measure's title, numbered if the table has another of that title.
    values
        The measure.
    groups
        The groups of the table.
    counts
        For each group, its denominators in the table's header.
    address
        Of the measure.
    notes
        What was set aside when the page was read.
    """
    titles: list[tuple[str, str, list[str | None]]] = []
    written: list[list[list[str]]] = []
    for place, (class_title, class_) in enumerate(_numbered(values.classes)):
        class_address = f"{address}/classes/{place}"
        denominators = counts_by_group(class_.denoms, groups, class_address)
        categories = class_.categories or (MeasureCategory(),)
        numbered = number_repeats(category.title for category in categories)
        for at, (category_title, category) in enumerate(zip(numbered, categories, strict=True)):
            here = f"{class_address}/categories/{at}/measurements"
            found = by_group(groups, category.measurements, here)
            titles.append((class_title, category_title, [m.value if m else None for m in found]))
            written.append(_cells(category, found, values, denominators, here, notes))
    columns = [
        Column(id=group.id, title=None, description=None, counts=tuple(count))
        for group, count in zip(groups, counts, strict=True)
    ]
    labels = label_lines(title, values.unit, titles, columns)
    if not written:
        return [[*label_lines(title, values.unit, [("", "", [])], columns), *([] for _ in groups)]]
    return [[label, *cells] for label, cells in zip(labels, written, strict=True)]


def denominators_of(columns: Sequence[Column]) -> tuple[Denom, ...] | None:
    """Read the denominators of a table's header, as the record holds them."""
    return _denoms([(column.id, column.counts) for column in columns])


def counts_by_group(
    denoms: Sequence[Denom] | None, groups: Sequence[MeasureGroup], address: str
) -> list[list[tuple[str | None, str | None]]]:
    """For each group its denominators, each with its units."""
    counts: list[list[tuple[str | None, str | None]]] = [[] for _ in groups]
    for place, denom in enumerate(denoms or ()):
        found = by_group(groups, denom.counts, f"{address}/denoms/{place}/counts")
        for listed, count in zip(counts, found, strict=True):
            if count is not None:
                listed.append((count.value, denom.units))
    return counts


def _denoms(
    found: Sequence[tuple[str | None, Sequence[tuple[str | None, str | None]]]],
) -> tuple[Denom, ...] | None:
    by_units: dict[tuple[str | None, int], list[DenomCount]] = {}
    for group_id, counts in found:
        seen: dict[str | None, int] = {}
        for value, units in counts:
            seen[units] = seen.get(units, 0) + 1
            listed = by_units.setdefault((units, seen[units]), [])
            listed.append(DenomCount(group_id=group_id, value=value))
    return (
        tuple(Denom(units=units, counts=tuple(counts)) for (units, _), counts in by_units.items())
        or None
    )


def _dispersion(rows: Sequence[Row]) -> str | None:
    """Read the one dispersion type of all cells."""
    found: frozenset[str | None] = frozenset()
    for row in rows:
        for cell in row.cells:
            if cell.dispersions and found and cell.dispersions != found:
                raise page_error(
                    row.page,
                    cell.line,
                    f"found the dispersion {_types(cell.dispersions)}",
                    f"{_types(found)}, as in the cells before",
                )
            found = found or cell.dispersions
    return next(iter(found), None)


def _types(dispersions: frozenset[str | None]) -> str:
    return ", ".join(sorted(shown(found or "of an unknown type") for found in dispersions))


def _shown_parameter(unit: str | None, cells: Sequence[ValueCell]) -> str | None:
    return _parameter(unit, [cell.value for cell in cells if cell.measured])


def _parameter(unit: str | None, values: Sequence[str | None]) -> str | None:
    if unit != PARTICIPANTS or not values:
        return None
    counts = all(whole_number(value) is not None or value == "NA" for value in values)
    return COUNT_OF_PARTICIPANTS if counts else None


def _read_classes(
    rows: Sequence[Row],
    categories: bool,
    columns: Sequence[Column],
    address: str,
    notes: Notes,
) -> tuple[MeasureClass, ...] | None:
    if len(rows) == 1 and not rows[0].below and not any(_filled(cell) for cell in rows[0].cells):
        return None
    classes: list[tuple[str | None, list[tuple[str | None, Row]]]] = []
    for row in rows:
        class_title, category_title = _placed(row.below, categories)
        if not classes or classes[-1][0] != class_title:
            classes.append((class_title, []))
        classes[-1][1].append((category_title, row))
    return tuple(
        MeasureClass(
            title=unnumbered(class_title),
            denoms=_denoms(_row_denominators(listed, columns)),
            categories=tuple(
                _read_category(
                    title, row, columns, f"{address}/classes/{place}/categories/{at}", notes
                )
                for at, (title, row) in enumerate(listed)
            ),
        )
        for place, (class_title, listed) in enumerate(classes)
    )


def _filled(cell: ValueCell) -> bool:
    return cell.measured or bool(cell.denominators)


def _placed(below: Sequence[str | None], categories: bool) -> tuple[str | None, str | None]:
    if len(below) > 1:
        return below[0], below[1]
    found = below[0] if below else None
    return (None, found) if categories else (found, None)


def _row_denominators(
    listed: Sequence[tuple[str | None, Row]], columns: Sequence[Column]
) -> list[tuple[str | None, tuple[tuple[str | None, str | None], ...]]]:
    found = []
    for at, column in enumerate(columns):
        denominators: tuple[tuple[str | None, str | None], ...] = ()
        for _, row in listed:
            given = row.cells[at].denominators
            if given and denominators and given != denominators:
                raise page_error(
                    row.page,
                    row.cells[at].line,
                    "the denominators of this row are not those of the row before",
                    "the same denominators in all rows of a class",
                )
            denominators = denominators or given
        found.append((column.id, denominators))
    return found


def _read_category(
    title: str | None, row: Row, columns: Sequence[Column], address: str, notes: Notes
) -> MeasureCategory:
    measurements: list[Measurement] = []
    for column, cell in zip(columns, row.cells, strict=True):
        measurement = cell.measurement(column.id)
        if measurement is None:
            continue
        if cell.untrusted is not None:
            here = f"{address}/measurements/{len(measurements)}"
            notes.add(here, UNTRUSTED, cell.untrusted, _UNTRUSTED_REASON)
        measurements.append(measurement)
    return MeasureCategory(title=unnumbered(title), measurements=tuple(measurements) or None)


def _measurements(classes: Sequence[MeasureClass] | None) -> Iterator[Measurement]:
    for class_ in classes or ():
        for category in class_.categories or ():
            yield from category.measurements or ()


def _numbered(classes: Sequence[MeasureClass] | None) -> list[tuple[str, MeasureClass]]:
    listed = classes or ()
    return list(zip(number_repeats(class_.title for class_ in listed), listed, strict=True))


def _cells(
    category: MeasureCategory,
    found: Sequence[Measurement | None],
    values: Values,
    denominators: Sequence[Sequence[tuple[str | None, str | None]]],
    address: str,
    notes: Notes,
) -> list[list[str]]:
    places = {id(measurement): at for at, measurement in enumerate(category.measurements or ())}
    return [
        value_lines(
            measurement,
            values.unit,
            values.dispersion,
            own,
            None
            if measurement is None
            else notes.get(f"{address}/{places[id(measurement)]}", UNTRUSTED),
        )
        for measurement, own in zip(found, denominators, strict=True)
    ]
