"""The head of the page: what the trial is, and its primary outcome measures in brief."""

import re
from collections.abc import Iterator

from topline.record import Study
from topline.record.protocol import (
    DesignModule,
    IdentificationModule,
    ProtocolSection,
    StatusModule,
)
from topline.render.context import Headline, KeyNumber, Overview
from topline.render.table_model import Fact, ModuleTables, Section
from topline.render.table_parts import label

_NCT_ID = re.compile(r"NCT(?!0{8})[0-9]{8}")
"""Zeros alone are nobody's number: examples use them."""
MOST_HEADLINES = 4
MOST_LINES = 8
"""Values of a primary outcome measure repeated in the head of the page."""


def overview(study: Study, modules: tuple[ModuleTables, ...]) -> Overview:
    """Return the head of the page.

    Parameters
    ----------
    study
        The record.
    modules
        Its tables.
    """
    protocol = study.protocol_section or ProtocolSection()
    identification = protocol.identification_module or IdentificationModule()
    nct_id = identification.nct_id or ""
    brief, official = identification.brief_title, identification.official_title
    title = brief or official or nct_id or "Untitled study"
    description = protocol.description_module
    return Overview(
        title=title,
        official_title=official if official and official != title else "",
        nct_id=nct_id,
        registry_link=(
            f"https://clinicaltrials.gov/study/{nct_id}" if _NCT_ID.fullmatch(nct_id) else ""
        ),
        tags=tuple(_tags(protocol)),
        facts=tuple(_facts(protocol)),
        key_numbers=tuple(_key_numbers(protocol, modules)),
        headlines=tuple(_headlines(modules)),
        summary=(description.brief_summary if description is not None else None) or "",
    )


def _tags(protocol: ProtocolSection) -> Iterator[str]:
    status = protocol.status_module or StatusModule()
    design = protocol.design_module or DesignModule()
    if status.overall_status:
        yield label("Status", status.overall_status)
    yield from (label("Phase", phase) for phase in design.phases or () if phase != "NA")
    if design.study_type:
        yield label("StudyType", design.study_type)


def _facts(protocol: ProtocolSection) -> Iterator[Fact]:
    yield from _sponsor_facts(protocol)
    status = protocol.status_module or StatusModule()
    for name, date in (
        ("Start", status.start_date_struct),
        ("Primary completion", status.primary_completion_date_struct),
        ("Completion", status.completion_date_struct),
        ("Results first posted", status.results_first_post_date_struct),
        ("Last update posted", status.last_update_post_date_struct),
    ):
        if date is not None and date.date:
            kind = f" ({label('DateType', date.type).lower()})" if date.type == "ESTIMATED" else ""
            yield Fact(name, f"{date.date}{kind}")
    if status.why_stopped:
        yield Fact("Why stopped", status.why_stopped)


def _sponsor_facts(protocol: ProtocolSection) -> Iterator[Fact]:
    sponsors = protocol.sponsor_collaborators_module
    if sponsors is not None:
        if sponsors.lead_sponsor is not None and sponsors.lead_sponsor.name:
            yield Fact("Sponsor", sponsors.lead_sponsor.name)
        if sponsors.collaborators:
            names = ", ".join(sponsor.name or "" for sponsor in sponsors.collaborators)
            yield Fact("Collaborators", names)
    conditions = protocol.conditions_module
    if conditions is not None and conditions.conditions:
        yield Fact("Conditions", ", ".join(conditions.conditions))
    arms = protocol.arms_interventions_module
    if arms is not None and arms.interventions:
        given = dict.fromkeys(each.name for each in arms.interventions if each.name)
        yield Fact("Interventions", ", ".join(given))
    design = protocol.design_module
    if design is not None and design.design_info is not None:
        info = design.design_info
        masking = info.masking_info.masking if info.masking_info is not None else None
        words = (
            label("DesignAllocation", info.allocation) if info.allocation != "NA" else "",
            label("InterventionalAssignment", info.intervention_model),
            label("ObservationalModel", info.observational_model),
            label("DesignMasking", masking) if masking else "",
        )
        if any(words):
            yield Fact("Design", ", ".join(word for word in words if word))


def _key_numbers(
    protocol: ProtocolSection, modules: tuple[ModuleTables, ...]
) -> Iterator[KeyNumber]:
    design = protocol.design_module
    enrollment = design.enrollment_info if design is not None else None
    if enrollment is not None and enrollment.count is not None:
        kind = label("EnrollmentType", enrollment.type).lower()
        yield KeyNumber(label="Participants enrolled", text=str(enrollment.count), detail=kind)
    for module in modules:
        if module.key == "participant-flow":
            count = len(module.sections[0].groups)
            yield KeyNumber(label="Group" if count == 1 else "Groups", text=str(count))
        elif module.key == "outcome-measures":
            kinds = [section.kind for section in module.sections]
            detail = ", ".join(
                f"{kinds.count(kind)} {kind.lower()}" for kind in dict.fromkeys(kinds) if kind
            )
            yield KeyNumber(label="Outcome measures", text=str(len(kinds)), detail=detail)
        elif module.key == "adverse-events":
            counts = {table.key: len(table.rows) for table in module.sections[0].tables}
            serious, other = counts.get("serious", 0), counts.get("other", 0)
            yield KeyNumber(
                label="Adverse-event terms",
                text=str(serious + other),
                detail=f"{serious} serious, {other} other",
            )


def _headlines(modules: tuple[ModuleTables, ...]) -> Iterator[Headline]:
    primary = [
        section
        for module in modules
        if module.key == "outcome-measures"
        for section in module.sections
        if section.kind == "Primary"
    ]
    for section in primary[:MOST_HEADLINES]:
        told = {fact.label: fact.text for fact in section.facts}
        values = next((table for table in section.tables if table.key == "values"), None)
        yield Headline(
            title=section.title,
            summary=values.title if values is not None else told.get("Reporting status", ""),
            time_frame=told.get("Time frame", ""),
            href=f"#{section.key}",
            lines=tuple(_lines(section)),
        )


def _lines(section: Section) -> Iterator[Fact]:
    """Yield the values of a measure by row and group, if they are few."""
    for table in section.tables:
        if table.key != "values":
            continue
        rows = [row for row in table.rows if row.kind == "row"]
        if len(rows) * table.width > MOST_LINES:
            return
        for row in rows:
            for group, cell in zip(table.column_groups, row.cells, strict=True):
                names = [row.header.text] if len(rows) > 1 else []
                names += [group.title] if table.width > 1 or not names else []
                if cell.text:
                    yield Fact(" · ".join(names), cell.text)
