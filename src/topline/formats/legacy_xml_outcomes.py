"""The outcome measures of the public XML, with their statistical analyses."""

from collections.abc import Mapping
from typing import Any

from lxml import etree

from topline.formats.legacy_values import DATES, YES_OR_NO, labels
from topline.formats.legacy_xml_elements import (
    Action,
    Aside,
    By,
    Path,
    Reading,
    Shape,
    Text,
    Texts,
    Within,
    build,
    compiled,
    parts,
)
from topline.formats.legacy_xml_measures import (
    PARAMETERS,
    counts_of_participants,
    denominators,
    group,
    units_besides_participants,
    values_of,
)
from topline.record.node import Node
from topline.record.results import (
    BaselineMeasure,
    Denom,
    MeasureAnalysis,
    OutcomeMeasure,
    OutcomeMeasuresModule,
)

SECOND_MEASURE = "an outcome measure of the record has one table of values"

_ANALYSIS = Shape(
    MeasureAnalysis,
    {
        "group_id_list": Within({"group_id": Texts("group_ids", "O")}),
        "groups_desc": Text("group_description"),
        "non_inferiority": Text("tested_non_inferiority", YES_OR_NO),
        "non_inferiority_type": Text("non_inferiority_type", labels("NonInferiorityType")),
        "non_inferiority_desc": Text("non_inferiority_comment"),
        "p_value": Text("p_value"),
        "p_value_desc": Text("p_value_comment"),
        "method": Text("statistical_method"),
        "method_desc": Text("statistical_comment"),
        "param_type": Text("param_type"),
        "param_value": Text("param_value"),
        "dispersion_type": Text("dispersion_type", labels("AnalysisDispersionType")),
        "dispersion_value": Text("dispersion_value"),
        "ci_percent": Text("ci_pct_value"),
        "ci_n_sides": Text("ci_num_sides", labels("ConfidenceIntervalNumSides")),
        "ci_lower_limit": Text("ci_lower_limit"),
        "ci_lower_limit_na_comment": Text("ci_lower_limit_comment"),
        "ci_upper_limit": Text("ci_upper_limit"),
        "ci_upper_limit_na_comment": Text("ci_upper_limit_comment"),
        "estimate_desc": Text("estimate_comment"),
        "other_analysis_desc": Text("other_analysis_description"),
    },
)

# The title, description and population of the measure repeat those of the outcome.
_MEASURE: Mapping[str, Action] = {
    "title": Text("title"),
    "description": Text("description"),
    "population": Text("population_description"),
    "units": Text("unit_of_measure"),
    "param": Text("param_type", PARAMETERS),
    "dispersion": Text("dispersion_type"),
    "units_analyzed": Text("denom_units_selected"),
    "analyzed_list": denominators("O", "Measure"),
    **values_of("O"),
}
_MEASURE_CHILDREN = compiled(_MEASURE)

_OLDER_COUNTS = Shape(
    BaselineMeasure,
    {name: _MEASURE[name] for name in ("title", "units", "param", "class_list", "category_list")},
)


def _read_older_measure(
    reading: Reading, element: etree._Element, values: dict[str, Any], path: Path
) -> None:
    """Read a measure of the list that outcomes had until 2016: counts of participants, or values."""
    if "denoms" not in values and (denom := _counts(reading, element, path)) is not None:
        values["denoms"] = [denom]
    elif "classes" in values or "param_type" in values or element.items():
        reading.element_aside(element, path, SECOND_MEASURE)
    else:
        reading.holder(element, path)
        reading.children(_MEASURE_CHILDREN, element, values, path)


def _counts(reading: Reading, element: etree._Element, path: Path) -> Denom | None:
    """Return the denominators that an older measure stands for; ``None`` if it is a measure."""
    trial = Reading(reading.place)
    trial.groups = reading.groups
    measure = trial.part(_OLDER_COUNTS, element, path)
    return None if trial.set_aside else counts_of_participants(measure)


def _outcome(reading: Reading, values: dict[str, Any], path: Path) -> Node:
    units = units_besides_participants(values.get("denoms"))
    if units is not None:
        values["type_units_analyzed"] = units
    posted = "denoms" in values or "classes" in values
    values["reporting_status"] = "POSTED" if posted else "NOT_POSTED"
    return build(OutcomeMeasure, values)


_OUTCOME = Shape(
    OutcomeMeasure,
    {
        "type": Text("type", labels("OutcomeMeasureType")),
        "title": Text("title"),
        "description": Text("description"),
        "time_frame": Text("time_frame"),
        "safety_issue": Aside("the registry no longer keeps whether an outcome is of safety"),
        "posting_date": Text("anticipated_posting_date", DATES),
        "population": Text("population_description"),
        "group_list": Within({"group": parts("groups", group("O"))}),
        "measure": Within(_MEASURE),
        "measure_list": Within({"measure": By(_read_older_measure)}),
        "analysis_list": Within({"analysis": parts("analyses", _ANALYSIS)}),
    },
    finish=_outcome,
)

OUTCOMES = Shape(OutcomeMeasuresModule, {"outcome": parts("outcome_measures", _OUTCOME)})
