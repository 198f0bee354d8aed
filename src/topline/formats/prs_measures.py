"""What the registry's upload says of every measure, of baseline and outcome alike, beside its rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from topline.formats.prs_codes import MEASURE_TYPE, flag_of, yes_no
from topline.formats.prs_denominators import PARTICIPANTS, UNITS
from topline.formats.prs_elements import (
    NOT_READ,
    Element,
    Reading,
    Writing,
    add_if,
    text,
)
from topline.formats.prs_rows import write_rows
from topline.record.results import BaselineMeasure, OutcomeMeasure

MEASURE_CHILDREN = (
    "calculatePct",
    "ciPctLevel",
    "dispersionType",
    "measureRows",
    "measureDescription",
    "parameterType",
    "populationAnalysisDescription",
    "selectedUnitOfAnalysis",
    "timeFrame",
    "title",
    "unitOfMeasure",
)
"""In the order of the schema, before those of the kind of measure."""

_SELECTED = "the schema tells participants from the measure's other unit, and knows no third"


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureTexts:
    """What a measure is called and how its dispersion is named, in the words of the upload."""

    title: str | None
    dispersion: str | None
    level: str | None = None
    time_frame: str | None = None


def read_measure_fields(
    found: Mapping[str, Element], unit: str | None, address: str, reading: Reading
) -> dict[str, Any]:
    """Return the fields that both kinds of measure have, but for title, dispersion and rows."""
    return {
        "description": text(found.get("measureDescription")),
        "population_description": text(found.get("populationAnalysisDescription")),
        "param_type": MEASURE_TYPE.code_of(text(found.get("parameterType"))),
        "unit_of_measure": text(found.get("unitOfMeasure")),
        "calculate_pct": read_flag(found.get("calculatePct"), address, reading),
        "denom_units_selected": _selected(text(found.get("selectedUnitOfAnalysis")), unit),
    }


def write_measure_fields(
    element: Element,
    measure: BaselineMeasure | OutcomeMeasure,
    texts: MeasureTexts,
    ids: Mapping[str, str],
    unit: str | None,
    at: tuple[str, Writing],
) -> None:
    """Write what both kinds of measure have, in the order of the schema."""
    address, writing = at
    add_if(element, "calculatePct", yes_no(measure.calculate_pct))
    add_if(element, "ciPctLevel", texts.level)
    add_if(element, "dispersionType", texts.dispersion)
    write_rows(element, measure.classes, ids, unit, at)
    add_if(element, "measureDescription", measure.description)
    add_if(element, "parameterType", MEASURE_TYPE.text_of(measure.param_type))
    add_if(element, "populationAnalysisDescription", measure.population_description)
    writing.explain(f"{address}/denomUnitsSelected", _SELECTED)
    selected = measure.denom_units_selected
    if selected == PARTICIPANTS:
        add_if(element, "selectedUnitOfAnalysis", PARTICIPANTS)
    elif selected is not None and selected == (unit if unit is not None else UNITS):
        add_if(element, "selectedUnitOfAnalysis", UNITS)
    add_if(element, "timeFrame", texts.time_frame)
    add_if(element, "title", texts.title)
    add_if(element, "unitOfMeasure", measure.unit_of_measure)


def read_flag(element: Element | None, address: str, reading: Reading) -> bool | None:
    """Read a yes or no; anything else is set aside."""
    written = text(element)
    if element is None or written is None:
        return None
    flag = flag_of(written)
    if flag is None:
        reading.keep(address, element, NOT_READ)
    return flag


def _selected(written: str | None, unit: str | None) -> str | None:
    return unit if written == UNITS and unit is not None else written
