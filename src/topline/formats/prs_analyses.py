"""The statistical analyses of an outcome measure in the registry's upload."""

from collections.abc import Mapping

from topline.formats.prs_codes import (
    ESTIMATE_DISPERSION,
    METHOD,
    OTHER,
    PARAMETER,
    SIDES,
    TEST_TYPE,
    NameTable,
)
from topline.formats.prs_elements import (
    NO_GROUP,
    NO_PLACE,
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
from topline.record.results import MeasureAnalysis

_ANALYSIS = (
    "outcomeReportingGroups",
    "ciLowerLimit",
    "ciNumSides",
    "ciPctValue",
    "ciUpperLimit",
    "ciUpperLimitNaComment",
    "dispersionType",
    "dispersionValue",
    "estimateComment",
    "groupDescription",
    "nonInferiorityTestComment",
    "otherAnalysis",
    "otherMethodName",
    "otherTypeName",
    "parameterType",
    "parameterValue",
    "pValue",
    "pValueComment",
    "statisticalMethod",
    "statisticalTestComment",
    "statisticalTestType",
)
_AS_THEY_STAND = {
    "ciLowerLimit": "ci_lower_limit",
    "ciPctValue": "ci_pct_value",
    "ciUpperLimit": "ci_upper_limit",
    "ciUpperLimitNaComment": "ci_upper_limit_comment",
    "dispersionValue": "dispersion_value",
    "estimateComment": "estimate_comment",
    "groupDescription": "group_description",
    "nonInferiorityTestComment": "non_inferiority_comment",
    "otherAnalysis": "other_analysis_description",
    "parameterValue": "param_value",
    "pValue": "p_value",
    "pValueComment": "p_value_comment",
    "statisticalTestComment": "statistical_comment",
}


def read_analysis(
    element: Element, ids: GroupIds, address: str, reading: Reading
) -> MeasureAnalysis:
    """Read one statistical analysis."""
    found = children(element, _ANALYSIS, address, reading)
    compared = []
    for reference in listed(
        found.get("outcomeReportingGroups"), "outcomeReportingGroupId", address, reading
    ):
        id = ids.find(reference)
        if id is None:
            reading.keep(address, reference, NO_GROUP)
        else:
            compared.append(id)
    return MeasureAnalysis(
        group_ids=tuple(compared) or None,
        ci_num_sides=SIDES.code_of(text(found.get("ciNumSides"))),
        dispersion_type=ESTIMATE_DISPERSION.code_of(text(found.get("dispersionType"))),
        non_inferiority_type=TEST_TYPE.code_of(text(found.get("statisticalTestType"))),
        statistical_method=_read_name(
            METHOD, found, ("statisticalMethod", "otherMethodName"), (address, reading)
        ),
        param_type=_read_name(
            PARAMETER, found, ("parameterType", "otherTypeName"), (address, reading)
        ),
        **texts_of(found, _AS_THEY_STAND),
    )


def write_analysis(
    element: Element, analysis: MeasureAnalysis, ids: Mapping[str, str], at: tuple[str, Writing]
) -> None:
    """Write one statistical analysis."""
    address, writing = at
    groups = add(element, "outcomeReportingGroups")
    for place, id in enumerate(analysis.group_ids or ()):
        if id in ids:
            add(groups, "outcomeReportingGroupId", ids[id])
        else:
            writing.explain(f"{address}/groupIds/{place}", LEADS_NOWHERE)
    method, own_method = METHOD.texts_of(analysis.statistical_method)
    parameter, own_parameter = PARAMETER.texts_of(analysis.param_type)
    texts = {name: getattr(analysis, field) for name, field in _AS_THEY_STAND.items()}
    texts |= {
        "ciNumSides": SIDES.text_of(analysis.ci_num_sides),
        "dispersionType": ESTIMATE_DISPERSION.text_of(analysis.dispersion_type),
        "otherMethodName": analysis.statistical_method if method == OTHER else own_method,
        "otherTypeName": analysis.param_type if parameter == OTHER else own_parameter,
        "statisticalMethod": method,
        "statisticalTestType": TEST_TYPE.text_of(analysis.non_inferiority_type),
    }
    for name in _ANALYSIS[1:]:
        if name == "parameterType":
            add(element, name, parameter)  # mandatory in the schema, with or without an estimate
        else:
            add_if(element, name, texts[name])
    writing.give_back(element, address, _ANALYSIS)


def _read_name(
    table: NameTable,
    found: Mapping[str, Element],
    names: tuple[str, str],
    at: tuple[str, Reading],
) -> str | None:
    address, reading = at
    listed_text, own = text(found.get(names[0])), found.get(names[1])
    if own is not None and text(own) is not None and not table.takes_other(listed_text):
        reading.keep(address, own, NO_PLACE)
    return table.name_of(listed_text, text(own))
