"""What baseline and outcome measures of the public XML share, and the baseline itself.

Until 2016 a measure had categories without classes, and a measure titled "Number of Participants" in
place of denominators. Such categories need not exclude one another, so each becomes a class of its
own, which claims nothing about the others.
"""

from collections.abc import Mapping
from typing import Any

from lxml import etree

from topline.formats.legacy_values import labels
from topline.formats.legacy_xml_elements import (
    Action,
    By,
    Path,
    Reading,
    Said,
    Shape,
    Text,
    Within,
    build,
    parts,
)
from topline.record.node import Node
from topline.record.results import (
    BaselineCharacteristicsModule,
    BaselineMeasure,
    Denom,
    DenomCount,
    MeasureCategory,
    MeasureClass,
    MeasureGroup,
    Measurement,
)

PARTICIPANTS = "Participants"
_NUMBER_OF_PARTICIPANTS = "Number of Participants"

PARAMETERS = labels("MeasureParam")


def group(letter: str) -> Shape:
    """Return the shape of a group whose id begins with a letter."""
    return Shape(
        MeasureGroup,
        {"title": Text("title"), "description": Text("description")},
        attributes={"group_id": ("id", letter)},
    )


def denominators(letter: str, scope: str) -> Within:
    """Return what becomes of a list of denominators, which say the scope that their place says."""
    count = Shape(
        DenomCount, attributes={"group_id": ("group_id", letter), "value": ("value", None)}
    )
    denominator = Shape(
        Denom,
        {
            "units": Text("units"),
            "scope": Said(scope),
            "count_list": Within({"count": parts("counts", count)}),
        },
    )
    return Within({"analyzed": parts("denoms", denominator)})


def values_of(letter: str) -> Mapping[str, Action]:
    """Return what becomes of the lists of classes and categories of a measure."""
    measurements = Within({"measurement": parts("measurements", _measurement(letter))})
    titles = {"title": Text("title"), "sub_title": Text("title")}
    category = Shape(MeasureCategory, {**titles, "measurement_list": measurements})
    of_classes = Shape(
        MeasureClass,
        {
            "title": Text("title"),
            "analyzed_list": denominators(letter, "Class"),
            "category_list": Within({"category": parts("categories", category)}),
        },
    )
    older = Shape(MeasureClass, {**titles, "measurement_list": measurements}, finish=_as_class)
    return {
        "class_list": Within({"class": parts("classes", of_classes)}),
        "category_list": Within({"category": parts("classes", older)}),
    }


def _measurement(letter: str) -> Shape:
    return Shape(
        Measurement,
        attributes={
            "group_id": ("group_id", letter),
            "value": ("value", None),
            "spread": ("spread", None),
            "lower_limit": ("lower_limit", None),
            "upper_limit": ("upper_limit", None),
        },
        text="comment",
    )


def _as_class(reading: Reading, values: dict[str, Any], path: Path) -> Node:
    """Make a class of an older category: its title, and one category without a title."""
    measurements = values.pop("measurements", None)
    if measurements is not None:
        values["categories"] = [MeasureCategory(measurements=tuple(measurements))]
    return build(MeasureClass, values)


def counts_of_participants(measure: Node) -> Denom | None:
    """Return the denominators that an older measure stands for; ``None`` if it is a measure.

    Parameters
    ----------
    measure
        A measure with title, classes and nothing else but what its title says.
    """
    assert isinstance(measure, BaselineMeasure)
    plain = BaselineMeasure(
        title=_NUMBER_OF_PARTICIPANTS,
        param_type=measure.param_type,
        unit_of_measure=measure.unit_of_measure,
        classes=measure.classes,
    )
    if measure != plain or measure.param_type not in ("NUMBER", "COUNT_OF_PARTICIPANTS", None):
        return None
    if (measure.unit_of_measure or PARTICIPANTS).lower() != PARTICIPANTS.lower():
        return None
    cells = _cells_of_one_row(measure)
    if cells is None:
        return None
    counts = tuple(DenomCount(group_id=cell.group_id, value=cell.value) for cell in cells)
    return Denom(units=PARTICIPANTS, counts=counts)


def _cells_of_one_row(measure: BaselineMeasure) -> tuple[Measurement, ...] | None:
    """Return the cells of a measure of one row without titles, if they hold values alone."""
    match measure.classes:
        case (
            MeasureClass(
                title=None,
                denoms=None,
                categories=(MeasureCategory(title=None, measurements=found),),
            ),
        ) if found is not None:
            plain = (Measurement(group_id=cell.group_id, value=cell.value) for cell in found)
            return found if found == tuple(plain) else None
        case _:
            return None


def units_besides_participants(denoms: list[Denom] | None) -> str | None:
    """Return the one other unit in which denominators are given, which a record names again."""
    others = {denom.units for denom in denoms or () if denom.units != PARTICIPANTS}
    return others.pop() if len(others) == 1 else None


BASELINE_MEASURE = Shape(
    BaselineMeasure,
    {
        "title": Text("title"),
        "description": Text("description"),
        "population": Text("population_description"),
        "units": Text("unit_of_measure"),
        "param": Text("param_type", PARAMETERS),
        "dispersion": Text("dispersion_type", labels("MeasureDispersionType")),
        "units_analyzed": Text("denom_units_selected"),
        "analyzed_list": denominators("B", "Measure"),
        **values_of("B"),
    },
)


def _read_measure(
    reading: Reading, element: etree._Element, values: dict[str, Any], path: Path
) -> None:
    """Read a baseline measure; an older count of participants becomes the denominators."""
    found = values.setdefault("measures", [])
    measure = reading.part(BASELINE_MEASURE, element, (path, "/measures", found))
    denom = counts_of_participants(measure) if "denoms" not in values else None
    if denom is None:
        found.append(measure)
    else:
        values["denoms"] = [denom]


def _baseline(reading: Reading, values: dict[str, Any], path: Path) -> Node:
    units = units_besides_participants(values.get("denoms"))
    if units is not None:
        values["type_units_analyzed"] = units
    return build(BaselineCharacteristicsModule, values)


BASELINE = Shape(
    BaselineCharacteristicsModule,
    {
        "population": Text("population_description"),
        "group_list": Within({"group": parts("groups", group("B"))}),
        "analyzed_list": denominators("B", "Overall"),
        "measure_list": Within({"measure": By(_read_measure)}),
    },
    finish=_baseline,
)
