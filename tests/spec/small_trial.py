"""Small trials as tables in a test: built through the public functions, and shown as a reader sees them.

``built`` also holds every build to the promise of provenance: each posted number has one row in the
analysis results dataset, with the text posted, whose condition finds the rows it speaks of.
"""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import polars as pl

from topline.analysis import references
from topline.analysis.build import Build, build
from topline.analysis.cohort import TOTAL, Cohort
from topline.analysis.methods import vocabulary
from topline.analysis.statistics import Statistic
from topline.record.cells import cells
from topline.record.results import (
    BaselineMeasure,
    Denom,
    EventGroup,
    FlowStats,
    Measurement,
    OutcomeMeasure,
    ResultsSection,
)
from topline.trial.library import Library
from topline.trial.participant_values import derived_library
from topline.trial.specification import Specification
from topline.trial.specification_reading import read_specification

Table = str | pl.DataFrame
"""A dataset: words in columns, ``.`` for a missing value, ``_`` for a blank; or a typed frame."""

Shown = dict[str, list[str]]
"""Title of a row -> its texts, one a group."""


def library(folder: Path, **datasets: Table) -> Library:
    """Write datasets, those in words as CSV and typed ones as Parquet, and open their folder."""
    for name, table in datasets.items():
        if isinstance(table, pl.DataFrame):
            table.write_parquet(folder / f"{name}.parquet")
        else:
            lines = [line.split() for line in table.strip().splitlines()]
            text = "\n".join(",".join(map(_word, line)) for line in lines)
            (folder / f"{name}.csv").write_text(text + "\n", encoding="utf-8")
    return Library(folder)


def _word(word: str) -> str:
    return "" if word == "." else f'"{word.replace("_", " ")}"'


def built(folder: Path, specification: str, **datasets: Table) -> Build:
    """Check a specification against datasets, build its record, and hold it to its provenance."""
    found = library(folder, **datasets)
    reading = read_specification(specification, vocabulary())
    reading.raise_problems(references.check(reading, found))
    made = build(reading.specification, found)
    assert_traceable(made, reading.specification, found)
    return made


def assert_traceable(made: Build, specification: Specification, found: Library) -> None:
    """Hold a build to its provenance: address for address, text for text, row for row."""
    posted = {cell.address: cell.text for cell in cells(made.study)}
    entered = Counter(row.address for row in made.statistics)
    assert entered == Counter(posted.keys())
    assert {row.address: row.posted for row in made.statistics} == posted
    found = derived_library(specification, found)
    wanted = references.needed(specification, found)
    datasets = {name: found.read(name, columns=columns) for name, columns in wanted.items()}
    cohort = Cohort(specification, datasets, references.borrowed(specification, found))
    seen: dict[tuple[str, str, str, str], tuple[int, int]] = {}
    for row in (*made.statistics, *made.beyond):
        key = (row.population, row.group, row.dataset, row.condition)
        if key not in seen:
            seen[key] = _asked_again(cohort, row)
        assert seen[key] == (row.rows, row.participants), row


def _asked_again(cohort: Cohort, row: Statistic) -> tuple[int, int]:
    """Count the rows and participants that a statistic's own words select."""
    columns = cohort.columns(row.population, cohort.specification.groups)
    keys = row.group.split(", ")
    plain = {one.key for one in cohort.columns(row.population)}
    chosen = [
        one.members
        for one in columns
        if (one.key in plain if row.group in ("", TOTAL) else one.key in keys)
    ]
    rows = cohort.rows(row.dataset, row.condition).within(np.logical_or.reduce(chosen))
    return rows.height, rows["USUBJID"].n_unique()


def results(made: Build) -> ResultsSection:
    """Give the results section, which a build always has."""
    assert made.study.results_section is not None
    return made.study.results_section


def flow(made: Build) -> Shown:
    """Show the participant flow: ``period: milestone`` or ``period: reason`` -> participants."""
    module = results(made).participant_flow_module
    assert module is not None
    shown: Shown = {}
    for period in module.periods or ():
        for milestone in period.milestones or ():
            shown[f"{period.title}: {milestone.type}"] = _subjects(milestone.achievements)
        for reason in period.drop_withdraws or ():
            shown[f"{period.title}: {reason.type}"] = _subjects(reason.reasons)
    return shown


def _subjects(stats: Iterable[FlowStats] | None) -> list[str]:
    return [str(one.num_subjects) for one in stats or ()]


def baseline(made: Build, title: str) -> BaselineMeasure:
    """Find a baseline measure by its title."""
    module = results(made).baseline_characteristics_module
    assert module is not None
    return next(one for one in module.measures or () if one.title == title)


def outcome(made: Build, index: int = 0) -> OutcomeMeasure:
    """Find an outcome measure by its place."""
    module = results(made).outcome_measures_module
    assert module is not None
    assert module.outcome_measures is not None
    return module.outcome_measures[index]


def rows(measure: BaselineMeasure | OutcomeMeasure) -> Shown:
    """Show a measure: ``class / category`` -> values with their spread or limits."""
    return {
        " / ".join(title for title in (one.title, category.title) if title): [
            cell(found) for found in category.measurements or ()
        ]
        for one in measure.classes or ()
        for category in one.categories or ()
    }


def cell(found: Measurement) -> str:
    """Show a measurement as a page does."""
    if found.spread is not None:
        return f"{found.value} ({found.spread})"
    if found.lower_limit is not None:
        return f"{found.value} ({found.lower_limit} to {found.upper_limit})"
    return str(found.value)


def analyzed(denominators: Iterable[Denom] | None) -> Shown:
    """Show the numbers analyzed by what is counted."""
    return {
        str(one.units): [str(count.value) for count in one.counts or ()]
        for one in denominators or ()
    }


def class_analyzed(measure: BaselineMeasure | OutcomeMeasure) -> dict[str, Shown]:
    """Show the numbers analyzed of each class that states its own."""
    return {str(one.title): analyzed(one.denoms) for one in measure.classes or () if one.denoms}


def events(made: Build, kind: str) -> Shown:
    """Show ``serious`` or ``other`` events: ``organ system / term`` -> affected/at risk, events."""
    module = results(made).adverse_events_module
    listed = getattr(module, f"{kind}_events") or ()
    return {
        f"{event.organ_system} / {event.term}": [
            f"{one.num_affected}/{one.num_at_risk}, {one.num_events}" for one in event.stats
        ]
        for event in listed
    }


def event_totals(made: Build) -> Shown:
    """Show the groups' totals: affected/at risk of deaths, serious and other events."""
    module = results(made).adverse_events_module
    assert module is not None
    return {
        kind: [_total(group, kind) for group in module.event_groups or ()]
        for kind in ("deaths", "serious", "other")
    }


def _total(group: EventGroup, kind: str) -> str:
    affected = getattr(group, f"{kind}_num_affected")
    return f"{affected}/{getattr(group, f'{kind}_num_at_risk')}"


def notes(made: Build) -> str:
    """Give what a person should know, one a line."""
    return "\n".join(str(note) for note in made.notes)
