"""The opening of a page: title, number, dates, and the overview of study and primary outcome.

The overview repeats the description and the time frame of the first primary outcome measure, with
its white space collapsed; nothing of it is read twice. The site prints one date in two places,
"Last Updated" and (in the plain variant) "Results posted on"; on all pages seen they are the same,
though most records have two dates. So the first is read as the date of the last update, and the
second as the date on which results were first posted only where it differs.
"""

import re

from topline.formats.page_text_labels import (
    FLOW,
    LAST_UPDATED,
    NCT_ID,
    OVERVIEW,
    PHASE_SEPARATOR,
    TITLE,
)
from topline.formats.page_text_layout import HEADING_TEXT, OVERVIEW_TEXT, Overview, Page
from topline.formats.page_text_lines import ABSENT, title_lines
from topline.formats.page_text_notes import Notes
from topline.formats.page_text_table import page_error, shown
from topline.record.protocol import (
    DateStruct,
    DesignModule,
    EnrollmentInfo,
    IdentificationModule,
    ProtocolSection,
    StatusModule,
)
from topline.record.results import OutcomeMeasure, OutcomeMeasuresModule
from topline.record.study import Study

_ENROLLMENT = re.compile(r"(-?[0-9]{1,18}) participants")
_PHASE = re.compile(r"(?:\\.|[^\\/])+", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_OUTCOMES = "/resultsSection/outcomeMeasuresModule"
_POSTED = "/protocolSection/statusModule/resultsFirstPostDateStruct"


def read_heading(
    page: Page, outcomes: OutcomeMeasuresModule | None, notes: Notes
) -> ProtocolSection:
    """Read the opening of a page.

    Parameters
    ----------
    page
        The parts of the page.
    outcomes
        The outcome measures read from it, which the overview repeats.
    notes
        What of the overview does not repeat them is set aside here.

    Raises
    ------
    DocumentError
        If the title, the number or the enrollment are not in the form of the page.
    """
    title, number, updated = _identity(page)
    overview = page.overview
    status = StatusModule(
        overall_status=overview.status if overview else None,
        results_first_post_date_struct=_first_posted(overview, updated, notes),
        last_update_post_date_struct=_date(updated),
    )
    design = DesignModule(
        phases=_read_phases(overview.phases) if overview else None,
        enrollment_info=_read_enrollment(page.name, overview) if overview else None,
    )
    if overview:
        _compare(overview, outcomes, notes)
    return ProtocolSection(
        identification_module=IdentificationModule(nct_id=number, brief_title=title),
        status_module=None if status == StatusModule() else status,
        design_module=None if design == DesignModule() else design,
    )


def heading_lines(study: Study, notes: Notes) -> list[str]:
    """Write the opening of a page."""
    protocol = study.protocol_section or ProtocolSection()
    identification = protocol.identification_module or IdentificationModule()
    status = protocol.status_module or StatusModule()
    number = identification.nct_id
    updated = _date_text(status.last_update_post_date_struct)
    title = TITLE + (identification.brief_title or "")
    lines = title_lines(f"{title} (NCT {number})" if number else title)
    if number:
        lines += title_lines(NCT_ID + number)
    if updated:
        lines += title_lines(LAST_UPDATED + updated)
    return [
        *HEADING_TEXT.mark(lines),
        OVERVIEW,
        *OVERVIEW_TEXT.mark(_overview_lines(study, protocol, notes)),
        FLOW,
    ]


def _identity(page: Page) -> tuple[str | None, str | None, str | None]:
    found = list(page.heading or ())
    title = found.pop(0) if found else None
    if title is None or not title.startswith(TITLE.rstrip()):
        raise page_error(page.name, 1, f"found {shown(title or '')}", f"a line {TITLE + '…'!r}")
    title = title[len(TITLE) :]
    number = _take(found, NCT_ID)
    updated = _take(found, LAST_UPDATED)
    if found:
        raise page_error(
            page.name,
            2,
            f"found {shown(found[0] or '')} between the title and {OVERVIEW!r}",
            f"{NCT_ID + '…'!r}, then {LAST_UPDATED + '…'!r}",
        )
    if number:
        suffix = f" (NCT {number})"
        if not title.endswith(suffix):
            raise page_error(
                page.name,
                1,
                f"the title does not end in the number that {NCT_ID.strip()!r} gives, {number!r}",
                repr(suffix.strip()),
            )
        title = title[: -len(suffix)]
    return title or None, number or None, updated or None


def _take(found: list[str | None], label: str) -> str | None:
    """Take the text behind a label, if that comes next."""
    text = found[0] if found else None
    if text is None or not text.startswith(label):
        return None
    found.pop(0)
    return text[len(label) :]


def _date(text: str | None) -> DateStruct | None:
    return DateStruct(date=text) if text else None


def _date_text(date: DateStruct | None) -> str | None:
    return date.date or None if date else None


def _first_posted(
    overview: Overview | None, updated: str | None, notes: Notes
) -> DateStruct | None:
    if overview is None or overview.date == updated:
        return None
    if overview.date is None:
        notes.add(_POSTED, "date", "", "the results overview leaves out its date")
    return _date(overview.date)


def _read_phases(text: str | None) -> tuple[str, ...] | None:
    if text is None:
        return None
    return (
        tuple(
            "" if phase == ABSENT else _ESCAPED.sub(r"\1", phase) for phase in _PHASE.findall(text)
        )
        or None
    )


def _phases_text(phases: tuple[str, ...] | None) -> str:
    return PHASE_SEPARATOR.join(
        re.sub(r"([\\/])", r"\\\1", phase) or ABSENT for phase in phases or ()
    )


def _read_enrollment(name: str, overview: Overview) -> EnrollmentInfo | None:
    if overview.enrollment is None:
        return None
    found = _ENROLLMENT.fullmatch(overview.enrollment)
    if found is None:
        raise page_error(
            name,
            overview.enrollment_line,
            f"the results overview has {shown(overview.enrollment)} as its enrollment",
            "a whole number and 'participants'",
        )
    return EnrollmentInfo(count=int(found[1]))


def _compare(overview: Overview, outcomes: OutcomeMeasuresModule | None, notes: Notes) -> None:
    primary = _primary(outcomes)
    for field, found, repeated in (
        ("overview description", overview.description, primary.description),
        ("overview time frame", overview.time_frame, primary.time_frame),
    ):
        if found != _collapsed(repeated):
            notes.add(
                _OUTCOMES,
                field,
                found or "",
                "the results overview does not repeat the first primary outcome measure here",
            )


def _overview_lines(study: Study, protocol: ProtocolSection, notes: Notes) -> list[str]:
    results = study.results_section
    primary = _primary(results.outcome_measures_module if results else None)
    status = protocol.status_module or StatusModule()
    design = protocol.design_module or DesignModule()
    description = _collapsed(primary.description)
    time_frame = _collapsed(primary.time_frame)
    date = _date_text(status.results_first_post_date_struct) or _date_text(
        status.last_update_post_date_struct
    )
    kept_description = notes.get(_OUTCOMES, "overview description")
    kept_time_frame = notes.get(_OUTCOMES, "overview time frame")
    kept_date = notes.get(_POSTED, "date")
    count = design.enrollment_info.count if design.enrollment_info else None
    texts = [
        status.overall_status,
        _phases_text(design.phases),
        None if count is None else f"{count} participants",
        time_frame if kept_time_frame is None else kept_time_frame,
        date if kept_date is None else kept_date,
    ]
    described = description if kept_description is None else kept_description
    lines = described.split("\n") if described else []
    return [line for text in [*lines, *texts] for line in title_lines(text)]


def _primary(outcomes: OutcomeMeasuresModule | None) -> OutcomeMeasure:
    measures = (outcomes.outcome_measures if outcomes else None) or ()
    return next((m for m in measures if m.type == "PRIMARY"), OutcomeMeasure())


def _collapsed(text: str | None) -> str | None:
    return " ".join(text.split()) or None if text else None
