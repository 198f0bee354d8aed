"""From a trial and its specification to a results record with its provenance."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from topline.analysis import references
from topline.analysis.adverse_events import AdverseEventsBuilder
from topline.analysis.baseline import BaselineBuilder
from topline.analysis.cohort import Cohort
from topline.analysis.curves import SurvivalCurve
from topline.analysis.findings import Finding, Findings
from topline.analysis.flow import FlowBuilder
from topline.analysis.ledger import Ledger
from topline.analysis.methods import vocabulary
from topline.analysis.outcomes import BuiltOutcomes, OutcomesBuilder
from topline.analysis.protocol import more_information, protocol_section
from topline.analysis.repeated_measures import fitting_once
from topline.analysis.rounding import Rounding
from topline.analysis.statistics import Statistics
from topline.errors import ToplineError, UsageError
from topline.formats.registry import read_study
from topline.record.protocol import ProtocolSection
from topline.record.results import OutcomeMeasuresModule, ResultsSection
from topline.record.study import Study
from topline.trial.library import Library
from topline.trial.participant_values import derived_library
from topline.trial.response.derived_datasets import response_of
from topline.trial.response.trial_response import TrialResponse
from topline.trial.specification import Specification
from topline.trial.specification_problems import Problem
from topline.trial.specification_reading import SpecificationReading, read_specification

Progress = Callable[[str, int, int], None]
"""Told the name of the part that begins, its number from 1, and how many parts there are."""

PARTS = (
    "datasets",
    "participant flow",
    "baseline characteristics",
    "outcome measures",
    "adverse events",
    "more information",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetRead:
    """A dataset that a build used.

    Attributes
    ----------
    name, label
        The dataset's name and label.
    file
        Where it was read from.
    rows
        How many records it has.
    notes
        What the reader did beyond copying.
    """

    name: str
    label: str | None
    file: str
    rows: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """A results record and what stands behind it.

    Attributes
    ----------
    study
        The record.
    statistics
        One row for each number posted.
    curves
        Kaplan–Meier curves behind medians and percentages.
    notes
        What was found in the data that a person should know.
    datasets
        The datasets used.
    response
        Tumour response, evaluated from lesions; ``None`` where the specification does not ask for it.
    beyond
        Causality and deaths by term, which the record has no place for and EudraCT wants; none
        where the specification does not say which events are related to the treatment.
    """

    study: Study
    statistics: Statistics
    curves: tuple[SurvivalCurve, ...]
    notes: tuple[Finding, ...]
    datasets: tuple[DatasetRead, ...]
    response: TrialResponse | None = None
    beyond: Statistics = field(default_factory=Statistics)


def build_file(
    specification: Path, *, data: Path | None = None, progress: Progress | None = None
) -> Build:
    """Build the record that a specification file describes.

    Parameters
    ----------
    specification
        The ``study.yaml``.
    data
        The folder of datasets; default: the specification's ``data``, relative to it.
    progress
        Told each part as it begins.

    Raises
    ------
    SpecificationError
        With every mistake in the file, those against the data included.
    DataError
        If a dataset cannot be read.
    AnalysisError
        With every reason why the data do not allow the build.
    """
    reading, library = _checked(specification, data)
    if library is None:
        raise UsageError(
            "no folder of datasets is named",
            accepted="`data: FOLDER` in the specification, or --data FOLDER",
        )
    built = build(reading.specification, library, base=specification.parent, progress=progress)
    warnings = tuple(Finding("specification", str(warning)) for warning in reading.warnings)
    return replace(built, notes=(*warnings, *built.notes))


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What was found out about a specification without a mistake.

    Attributes
    ----------
    datasets
        The names of the datasets it was checked against; none where no folder is named.
    warnings
        What may be a mistake.
    """

    datasets: tuple[str, ...]
    warnings: tuple[Problem, ...]


def check_file(specification: Path, *, data: Path | None = None) -> Check:
    """Find every mistake of a specification file, against its data where it names them.

    Parameters
    ----------
    specification, data
        As :func:`build_file`.

    Raises
    ------
    SpecificationError
        With every mistake.
    """
    reading, library = _checked(specification, data)
    return Check(
        datasets=() if library is None else library.names, warnings=tuple(reading.warnings)
    )


def _checked(specification: Path, data: Path | None) -> tuple[SpecificationReading, Library | None]:
    reading = read_specification(specification, vocabulary())
    folder = data_folder(reading, specification, data)
    library = None if folder is None else Library(folder, beside=tabulations(folder))
    reading.raise_problems(references.check(reading, library) if library is not None else ())
    return reading, library


def tabulations(folder: Path) -> Path | None:
    """Find the ``sdtm`` folder beside an ``adam`` folder, for what ADaM lacks (such as COUNTRY).

    Examples
    --------
    >>> tabulations(Path("no-such-place/adam")) is None
    True
    """
    resolved = folder.resolve()
    if resolved.name.lower() != "adam" or not resolved.parent.is_dir():
        return None
    return next(
        (
            path
            for path in sorted(resolved.parent.iterdir())
            if path.name.lower() == "sdtm" and path.is_dir()
        ),
        None,
    )


def data_folder(
    reading: SpecificationReading, specification: Path, data: Path | None
) -> Path | None:
    """Say where the datasets are: where the caller says, else where the specification says."""
    if data is not None:
        return data
    named = reading.specification.data
    return None if named is None else specification.parent / named


def build(
    specification: Specification,
    library: Library,
    *,
    base: Path | None = None,
    progress: Progress | None = None,
) -> Build:
    """Build a record from a specification that fits the data.

    Parameters
    ----------
    specification
        The specification; :func:`topline.analysis.references.check` has found nothing wrong.
    library
        The datasets.
    base
        The folder that ``study.registration`` is relative to.
    progress
        Told each part as it begins.
    """
    told = _Told(progress)
    findings = Findings()
    told.begin()
    registered = _registered(specification, base)
    library = derived_library(specification, library)
    wanted = references.needed(specification, library)
    datasets = {name: library.read(name, columns=columns) for name, columns in wanted.items()}
    cohort = Cohort(specification, datasets, references.borrowed(specification, library))
    ledger = Ledger(Rounding(specification.rounding))

    told.begin()
    flow_builder = FlowBuilder(cohort, ledger, findings)
    flow, started = None, flow_builder.started()
    with _stopping(findings, "participant_flow"):
        flow = flow_builder.build()
    told.begin()
    baseline = None
    with _stopping(findings, "baseline"):
        baseline = BaselineBuilder(cohort, ledger, findings, started).build()
    told.begin()
    outcomes = None
    with _stopping(findings, "outcomes"), fitting_once():
        outcomes = OutcomesBuilder(cohort, ledger, findings, started).build()
    told.begin()
    events, beyond = None, Statistics()
    if specification.adverse_events is not None:
        with _stopping(findings, "adverse_events"):
            events_builder = AdverseEventsBuilder(
                cohort, specification.adverse_events, ledger, findings
            )
            events = events_builder.build()
            beyond = events_builder.beyond.statistics()
    told.begin()
    for name, lost in cohort.orphans.items():
        belong = "1 row belongs" if lost == 1 else f"{lost} rows belong"
        findings.note(name, f"{belong} to participants who are not in ADSL and are not used")
    findings.raise_problems()
    study = Study(
        protocol_section=protocol_section(specification, registered, sum(started.values())),
        results_section=ResultsSection(
            participant_flow_module=flow,
            baseline_characteristics_module=baseline,
            outcome_measures_module=_unless_empty(outcomes),
            adverse_events_module=events,
            more_info_module=more_information(specification),
        ),
        has_results=True,
    )
    return Build(
        study=study,
        statistics=ledger.statistics(),
        curves=outcomes.curves if outcomes is not None else (),
        notes=tuple(findings.notes),
        response=response_of(library),
        beyond=beyond,
        datasets=tuple(
            DatasetRead(
                name=name,
                label=dataset.label,
                file=dataset.source.name,
                rows=dataset.records,
                notes=tuple(str(note) for note in dataset.notes),
            )
            for name, dataset in datasets.items()
        ),
    )


class _Told:
    """Counts the parts for whoever watches."""

    def __init__(self, progress: Progress | None) -> None:
        self.progress = progress
        self.number = 0

    def begin(self) -> None:
        self.number += 1
        if self.progress is not None:
            self.progress(PARTS[self.number - 1], self.number, len(PARTS))


@contextmanager
def _stopping(findings: Findings, part: str) -> Iterator[None]:
    """Turn an error of one part into a problem, so that the other parts are looked at too."""
    try:
        yield
    except ToplineError as error:
        findings.problem(part, error.in_one_line)


def _unless_empty(outcomes: BuiltOutcomes | None) -> OutcomeMeasuresModule | None:
    if outcomes is None or not outcomes.module.outcome_measures:
        return None
    return outcomes.module


def _registered(specification: Specification, base: Path | None) -> ProtocolSection | None:
    if specification.study.registration is None:
        return None
    return read_study((base or Path()) / specification.study.registration).protocol_section
