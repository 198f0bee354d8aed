"""The baseline characteristics in the registry's upload.

The group of all participants stands apart there; in a record it is the last group, with the title Total.
"""

from topline.formats.prs_codes import BASELINE_DISPERSION, BASELINE_TITLE, OTHER
from topline.formats.prs_denominators import read_denoms, split_denoms
from topline.formats.prs_elements import (
    NO_PLACE,
    Element,
    Reading,
    Writing,
    add,
    add_if,
    children,
    listed,
    text,
)
from topline.formats.prs_groups import (
    GroupIds,
    read_measure_group,
    write_measure_group,
    written_ids,
)
from topline.formats.prs_measures import (
    MEASURE_CHILDREN,
    MeasureTexts,
    read_measure_fields,
    write_measure_fields,
)
from topline.formats.prs_rows import read_rows
from topline.record.results import BaselineCharacteristicsModule, BaselineMeasure

ADDRESS = "/resultsSection/baselineCharacteristicsModule"
TOTAL = "Total"

_BASELINE = (
    "baselineMeasures",
    "baselineReportingGroups",
    "populationAnalysisDescription",
    "totalBaselineReportingGroup",
    "typeUnitsAnalyzed",
)
_MEASURE = (*MEASURE_CHILDREN, "otherTitle")


def read_baseline(
    element: Element | None, reading: Reading
) -> BaselineCharacteristicsModule | None:
    """Read the baseline characteristics; ``None`` if there are none, or empty ones."""
    if element is None:
        return None
    found = children(element, _BASELINE, ADDRESS, reading)
    groups = listed(
        found.get("baselineReportingGroups"), "baselineReportingGroup", ADDRESS, reading
    )
    total = found.get("totalBaselineReportingGroup")
    if total is not None:
        groups.append(total)
    ids = GroupIds(groups, "B")
    unit = text(found.get("typeUnitsAnalyzed"))
    read = [
        read_measure_group(group, id, f"{ADDRESS}/groups/{place}", reading)
        for place, (group, id) in enumerate(zip(groups, ids.ids, strict=True))
    ]
    measures = listed(found.get("baselineMeasures"), "baselineMeasure", ADDRESS, reading)
    module = BaselineCharacteristicsModule(
        population_description=text(found.get("populationAnalysisDescription")),
        type_units_analyzed=unit,
        groups=tuple(group for group, _, _ in read) or None,
        denoms=read_denoms(
            ((group.id or "", participants) for group, participants, _ in read),
            ((group.id or "", units) for group, _, units in read),
            unit,
        ),
        measures=tuple(
            _read_measure(measure, ids, unit, (f"{ADDRESS}/measures/{place}", reading))
            for place, measure in enumerate(measures)
        )
        or None,
    )
    return None if module == BaselineCharacteristicsModule() else module


def write_baseline(
    parent: Element, module: BaselineCharacteristicsModule | None, writing: Writing
) -> None:
    """Write the baseline characteristics, if there are any."""
    if module is None:
        return
    element = add(parent, "baseline")
    unit = module.type_units_analyzed
    ids = written_ids(module.groups, writing.id_prefix)
    measures = add(element, "baselineMeasures")
    for place, measure in enumerate(module.measures or ()):
        at = (f"{ADDRESS}/measures/{place}", writing)
        written = add(measures, "baselineMeasure")
        title, own = BASELINE_TITLE.texts_of(measure.title)
        texts = MeasureTexts(
            title=title, dispersion=BASELINE_DISPERSION.text_of(measure.dispersion_type)
        )
        write_measure_fields(written, measure, texts, ids, unit, at)
        add_if(written, "otherTitle", measure.title if title == OTHER else own)
        writing.give_back(written, at[0], _MEASURE)
    _write_groups(element, module, writing)
    writing.give_back(element, ADDRESS, _BASELINE)


def _write_groups(
    element: Element, module: BaselineCharacteristicsModule, writing: Writing
) -> None:
    groups = module.groups or ()
    ids = written_ids(groups, writing.id_prefix)
    participants, units = split_denoms(module.denoms, module.type_units_analyzed, ADDRESS, writing)
    has_total = len(groups) > 1 and groups[-1].title == TOTAL
    container = add(element, "baselineReportingGroups")
    add_if(element, "populationAnalysisDescription", module.population_description)
    for place, group in enumerate(groups):
        id = group.id or ""
        written = (
            add(element, "totalBaselineReportingGroup")
            if has_total and place == len(groups) - 1
            else add(container, "baselineReportingGroup")
        )
        written.set("id", ids[id])
        at = (f"{ADDRESS}/groups/{place}", writing)
        write_measure_group(written, group, participants.get(id), units.get(id), at)
    add_if(element, "typeUnitsAnalyzed", module.type_units_analyzed)


def _read_measure(
    element: Element, ids: GroupIds, unit: str | None, at: tuple[str, Reading]
) -> BaselineMeasure:
    address, reading = at
    found = children(element, _MEASURE, address, reading)
    title, own = text(found.get("title")), found.get("otherTitle")
    if own is not None and text(own) is not None and not BASELINE_TITLE.takes_other(title):
        reading.keep(address, own, NO_PLACE)
    # The schema has both for every measure; a baseline measure of a record has neither.
    for name in ("ciPctLevel", "timeFrame"):
        element_of_name = found.get(name)
        if element_of_name is not None and text(element_of_name) is not None:
            reading.keep(address, element_of_name, NO_PLACE)
    return BaselineMeasure(
        title=BASELINE_TITLE.name_of(title, text(own)),
        dispersion_type=BASELINE_DISPERSION.code_of(text(found.get("dispersionType"))),
        classes=read_rows(found.get("measureRows"), ids, unit, at),
        **read_measure_fields(found, unit, address, reading),
    )
