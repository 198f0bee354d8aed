"""The two safety tables of the corpus as trials, and the adverse-event cells of the peers' XML files.

``safety.csv`` (exposed 67 and 60) is the data of ``table_ct.xml`` and ``table_eudract.xml``; ``events.csv``
(exposed 20, 22 and 18) is that of ``events_ct.xml``. Participants without an event are not in the tables:
they are made here, so that each group has as many as were exposed.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from lxml import etree

from topline.analysis import references
from topline.analysis.build import Build, build
from topline.analysis.methods import vocabulary
from topline.record.results import AdverseEventsModule
from topline.trial.library import Library
from topline.trial.specification_reading import read_specification

Cells = dict[tuple[str, ...], int | None]
"""Numbers by kind of table, organ system, term, group and field."""

EXPOSED = {
    "safety.csv": {"Control": 67, "Experimental": 60},
    "events.csv": {"Group A": 20, "Group B": 22, "Group C": 18},
}
_TRUE = ("1", "TRUE")
_SPECIFICATION = """
groups:
{groups}
baseline: {{measures: [{{title: Age, variable: AGE, summary: mean, unit: years}}]}}
adverse_events:
  time_frame: {time_frame}
  threshold: {threshold}
  vocabulary: MedDRA 22.0
  assessment: non_systematic
  serious: as_flagged
  related_where: AEREL == 'Y'
  organ_systems:
{systems}
"""


@dataclass(frozen=True, slots=True)
class OrganSystem:
    """An organ system as the table of the corpus has it."""

    name: str
    eutct: str
    meddra: str


def organ_systems(corpus: Path) -> list[OrganSystem]:
    """Read the corpus's table of organ systems."""
    return [
        OrganSystem(*(str(row.findtext(name)) for name in ("soc_term", "eutctId", "meddra")))
        for row in etree.parse(corpus / "schemas/eudract/soc.xml").iter("soc")
    ]


def build_trial(corpus: Path, table: str, folder: Path, *, threshold: float = 0) -> Build:
    """Build the record of one of the tables."""
    exposed = EXPOSED[table]
    path = corpus / "trials/eudract-safety" / table
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    # Two identifiers end in a blank: they are of participants who have other rows without it.
    people = {(row["group"], row["subjid"].strip()) for row in rows}
    adsl = []
    for group, number in exposed.items():
        own = sorted(subject for of, subject in people if of == group)
        assert len(own) <= number
        own += [f"{group} without event {k}" for k in range(number - len(own))]
        adsl += [
            {
                "USUBJID": subject,
                "TRT01P": group,
                "TRT01A": group,
                "ITTFL": "Y",
                "SAFFL": "Y",
                "DTHFL": "Y"
                if any(r["subjid"].strip() == subject and r["fatal"] in _TRUE for r in rows)
                else None,
                "AGE": 50.0,
                "EOSSTT": "COMPLETED",
                "DCSREAS": None,
            }
            for subject in own
        ]
    adae = [
        {
            "USUBJID": row["subjid"],
            "AEDECOD": row["term"],
            "AEBODSYS": row["soc"],
            "AESER": "Y" if row["serious"] in _TRUE else "N",
            "AEREL": "Y" if row["related"] in _TRUE else "N",
            "AESDTH": "Y" if row["fatal"] in _TRUE else "N",
        }
        for row in rows
    ]
    pl.DataFrame(adsl, infer_schema_length=None).write_parquet(folder / "adsl.parquet")
    pl.DataFrame(adae, infer_schema_length=None).write_parquet(folder / "adae.parquet")
    specification = _SPECIFICATION.format(
        groups="\n".join(
            f"  g{k}: {{title: {group}, treatment: {group}}}" for k, group in enumerate(exposed)
        ),
        systems="\n".join(f'    "{one.meddra}": "{one.name}"' for one in organ_systems(corpus)),
        time_frame="From the first dose to 30 days after the last",
        threshold=threshold,
    )
    library = Library(folder)
    reading = read_specification(specification, vocabulary())
    reading.raise_problems(references.check(reading, library))
    return build(reading.specification, library)


def module_of(built: Build) -> AdverseEventsModule:
    """Give the adverse events of a build."""
    assert built.study.results_section is not None
    module = built.study.results_section.adverse_events_module
    assert module is not None
    return module


def record_cells(module: AdverseEventsModule) -> Cells:
    """Give the cells of a record by organ system, term and group title."""
    titles = {group.id: str(group.title) for group in module.event_groups or ()}
    cells: Cells = {}
    for group in module.event_groups or ():
        at = ("group", str(group.title))
        cells[*at, "serious"] = group.serious_num_affected
        cells[*at, "other"] = group.other_num_affected
        cells[*at, "exposed"] = group.serious_num_at_risk
        cells[*at, "deaths"] = group.deaths_num_affected
    for kind, events in (("serious", module.serious_events), ("other", module.other_events)):
        for event in events or ():
            for stats in event.stats or ():
                key = (kind, str(event.organ_system), str(event.term), titles[stats.group_id])
                assert (*key, "events") not in cells
                cells[*key, "events"] = stats.num_events
                cells[*key, "affected"] = stats.num_affected
                cells[*key, "exposed"] = stats.num_at_risk
    return cells


def eudract_cells(path: Path, corpus: Path) -> Cells:
    """Give the cells of an EudraCT file, read by its own few lines."""
    names = {one.eutct: one.name for one in organ_systems(corpus)}
    root = etree.parse(path).getroot()
    cells: Cells = {}
    titles = {}
    for group in root.iter("reportingGroup"):
        titles[group.get("id")] = str(group.findtext("title"))
        at = ("group", titles[group.get("id")])
        cells[*at, "serious"] = _number(group, "subjectsAffectedBySeriousAdverseEvents")
        cells[*at, "other"] = _number(group, "subjectsAffectedByNonSeriousAdverseEvents")
        cells[*at, "exposed"] = _number(group, "subjectsExposed")
        cells[*at, "deaths"] = _number(group, "deathsAllCauses")
        cells[*at, "deaths by events"] = _number(group, "deathsResultingFromAdverseEvents")
    for kind, element in (("serious", "seriousAdverseEvent"), ("other", "nonSeriousAdverseEvent")):
        for event in root.iter(element):
            system = names[str(event.findtext("organSystem/eutctId"))]
            for value in event.iter("value"):
                if value.get("reportingGroupId") is None:
                    continue  # the value of a term, not of a group
                key = (
                    kind,
                    system,
                    str(event.findtext("term")),
                    titles[value.get("reportingGroupId")],
                )
                assert (*key, "events") not in cells
                for field, name in _VALUES.items():
                    if value.find(name) is not None:
                        cells[*key, field] = _number(value, name)
    return cells


_VALUES = {
    "events": "occurrences",
    "affected": "subjectsAffected",
    "exposed": "subjectsExposed",
    "related": "occurrencesCausallyRelatedToTreatment",
    "deaths": "fatalities/deaths",
    "related deaths": "fatalities/deathsCausallyRelatedToTreatment",
}


def registry_cells(path: Path) -> Cells:
    """Give the cells of a PRS file, read by its own few lines."""
    events = next(etree.parse(path).iter("reportedEvents"))
    cells: Cells = {}
    titles = {}
    for group in events.iter("interventionGroup"):
        titles[group.get("id")] = str(group.findtext("title"))
        at = ("group", titles[group.get("id")])
        cells[*at, "serious"] = _number(group, "numSubjectsSeriousEvents")
        cells[*at, "other"] = _number(group, "numSubjectsFrequentEvents")
        cells[*at, "exposed"] = _number(group, "partAtRiskSeriousEvents")
        cells[*at, "deaths"] = _number(group, "numDeaths")
    for kind, element in (("serious", "seriousEvent"), ("other", "frequentEvent")):
        for event in events.iter(element):
            for stats in event.iter("eventStats"):
                title = titles[stats.findtext("reportingGroupId")]
                key = (
                    kind,
                    str(event.findtext("organSystemName")),
                    str(event.findtext("term")),
                    title,
                )
                assert (*key, "events") not in cells
                cells[*key, "events"] = _number(stats, "numEvents")
                cells[*key, "affected"] = _number(stats, "numSubjectsAffected")
                cells[*key, "exposed"] = _number(stats, "numSubjects")
    return cells


def _number(element: etree._Element, path: str) -> int | None:
    text = element.findtext(path)
    return int(text) if text else None
