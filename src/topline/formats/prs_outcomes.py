"""The outcome measures in the registry's upload.

Whether a measure is posted is not uploaded any more: it is where it has rows. The schema keeps the element for uploads
made before, and it is written only where a record says otherwise than its rows do.
"""

import re
from collections.abc import Mapping

from topline.formats.prs_analyses import read_analysis, write_analysis
from topline.formats.prs_codes import (
    OUTCOME_TYPE,
    REPORTING_STATUS,
    dispersion_label,
    dispersion_texts,
    takes_level,
)
from topline.formats.prs_denominators import read_denoms, split_denoms
from topline.formats.prs_elements import (
    NO_PLACE,
    NOT_READ,
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
from topline.record.results import OutcomeMeasure, OutcomeMeasuresModule

ADDRESS = "/resultsSection/outcomeMeasuresModule/outcomeMeasures"
POSTED, NOT_POSTED = "POSTED", "NOT_POSTED"

_OUTCOME = (
    *MEASURE_CHILDREN,
    "anticipatedResultPostingDate",
    "measureType",
    "outcomeMeasureAnalyses",
    "outcomeReportingGroups",
    "reportingStatus",
    "typeUnitsAnalyzed",
)
_DATE = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-\d{2})?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_ONLY = "the schema takes the month and year of a date"


def read_outcomes(element: Element | None, reading: Reading) -> OutcomeMeasuresModule | None:
    """Read the outcome measures; ``None`` if there are none, since the schema wants the element anyway."""
    measures = listed(element, "outcomeMeasure", ADDRESS, reading)
    if not measures:
        return None
    return OutcomeMeasuresModule(
        outcome_measures=tuple(
            _read_outcome(measure, f"{ADDRESS}/{place}", reading)
            for place, measure in enumerate(measures)
        )
    )


def write_outcomes(parent: Element, module: OutcomeMeasuresModule | None, writing: Writing) -> None:
    """Write the outcome measures; the element is there without any, since the schema wants it."""
    element = add(parent, "outcomeMeasures")
    for place, measure in enumerate((module and module.outcome_measures) or ()):
        _write_outcome(add(element, "outcomeMeasure"), measure, place, writing)


def _read_outcome(element: Element, address: str, reading: Reading) -> OutcomeMeasure:
    found = children(element, _OUTCOME, address, reading)
    groups = listed(found.get("outcomeReportingGroups"), "outcomeReportingGroup", address, reading)
    ids = GroupIds(groups, "O")
    unit = text(found.get("typeUnitsAnalyzed"))
    read = [
        read_measure_group(group, id, f"{address}/groups/{place}", reading)
        for place, (group, id) in enumerate(zip(groups, ids.ids, strict=True))
    ]
    analyses = listed(found.get("outcomeMeasureAnalyses"), "measureAnalysis", address, reading)
    classes = read_rows(found.get("measureRows"), ids, unit, (address, reading))
    status = REPORTING_STATUS.code_of(text(found.get("reportingStatus")))
    return OutcomeMeasure(
        type=OUTCOME_TYPE.code_of(text(found.get("measureType"))),
        title=text(found.get("title")),
        time_frame=text(found.get("timeFrame")),
        reporting_status=status if status is not None else _status(classes),
        anticipated_posting_date=_read_date(
            found.get("anticipatedResultPostingDate"), address, reading
        ),
        dispersion_type=_read_dispersion(found, address, reading),
        type_units_analyzed=unit,
        groups=tuple(group for group, _, _ in read) or None,
        denoms=read_denoms(
            ((group.id or "", participants) for group, participants, _ in read),
            ((group.id or "", units) for group, _, units in read),
            unit,
        ),
        classes=classes,
        analyses=tuple(
            read_analysis(one, ids, f"{address}/analyses/{place}", reading)
            for place, one in enumerate(analyses)
        )
        or None,
        **read_measure_fields(found, unit, address, reading),
    )


def _write_outcome(
    element: Element, measure: OutcomeMeasure, number: int, writing: Writing
) -> None:
    address = f"{ADDRESS}/{number}"
    at = (address, writing)
    unit = measure.type_units_analyzed
    ids = written_ids(measure.groups, f"{writing.id_prefix}OM{number}-")
    dispersion, level = dispersion_texts(measure.dispersion_type)
    texts = MeasureTexts(
        title=measure.title, dispersion=dispersion, level=level, time_frame=measure.time_frame
    )
    write_measure_fields(element, measure, texts, ids, unit, at)
    _write_date(element, measure.anticipated_posting_date, at)
    add(element, "measureType", OUTCOME_TYPE.text_of(measure.type))
    analyses = add(element, "outcomeMeasureAnalyses")
    for place, analysis in enumerate(measure.analyses or ()):
        written = add(analyses, "measureAnalysis")
        write_analysis(written, analysis, ids, (f"{address}/analyses/{place}", writing))
    participants, units = split_denoms(measure.denoms, unit, address, writing)
    groups = add(element, "outcomeReportingGroups")
    for place, group in enumerate(measure.groups or ()):
        id = group.id or ""
        written = add(groups, "outcomeReportingGroup")
        written.set("id", ids[id])
        here = (f"{address}/groups/{place}", writing)
        write_measure_group(written, group, participants.get(id), units.get(id), here)
    if measure.reporting_status != _status(measure.classes or None):
        add_if(element, "reportingStatus", REPORTING_STATUS.text_of(measure.reporting_status))
    add_if(element, "typeUnitsAnalyzed", unit)
    writing.give_back(element, address, _OUTCOME)


def _status(classes: object | None) -> str:
    return NOT_POSTED if classes is None else POSTED


def _read_dispersion(found: Mapping[str, Element], address: str, reading: Reading) -> str | None:
    written, level = text(found.get("dispersionType")), found.get("ciPctLevel")
    if level is not None and text(level) is not None and not takes_level(written):
        reading.keep(address, level, NO_PLACE)
    return dispersion_label(written, text(level))


def _read_date(element: Element | None, address: str, reading: Reading) -> str | None:
    if element is None or len(element) == 0:
        return None
    inside = Reading()
    found = children(element, ("month", "year"), address, inside)
    month, year = text(found.get("month")), text(found.get("year"))
    if month is None and year is None and not inside.all():
        return None
    number = None if month is None else _month(month.strip())
    readable = year is not None and re.fullmatch(r"\d{4}", year.strip(), re.ASCII) is not None
    if inside.all() or not readable or year is None or (month is not None and number is None):
        reading.keep(address, element, NOT_READ)
        return None
    return year.strip() if number is None else f"{year.strip()}-{number:02}"


def _month(written: str) -> int | None:
    if written.isascii() and written.isdecimal() and len(written) < 3:
        return int(written) if 1 <= int(written) <= 12 else None
    name = written.lower()
    return next((number for number, start in enumerate(_MONTHS, 1) if name.startswith(start)), None)


def _write_date(element: Element, date: str | None, at: tuple[str, Writing]) -> None:
    address, writing = at
    if date is None:
        return
    writing.explain(f"{address}/anticipatedPostingDate", _MONTH_ONLY)
    parts = _DATE.fullmatch(date)
    if parts is not None:
        written = add(element, "anticipatedResultPostingDate")
        add_if(written, "month", parts[2])
        add(written, "year", parts[1])
