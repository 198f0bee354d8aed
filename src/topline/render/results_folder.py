"""The folder that a build fills: the record, its page, its provenance and its figures.

The folder appears complete or not at all: everything is made before anything is written, and a
failed build leaves an earlier folder as it was.
"""

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from topline.analysis.build import Build
from topline.analysis.derive.runner import derive
from topline.analysis.exports.export import Export
from topline.analysis.exports.registry import exports, find_writer
from topline.analysis.statistics import Statistics
from topline.analysis.statistics_table import FILE_NAME, statistics_frame
from topline.errors import OutputError
from topline.formats.document import Document
from topline.formats.registry import find_format
from topline.formats.whole_folder import check_replaceable, replace_folder
from topline.record.study import Study
from topline.render.charts import figures
from topline.render.page import render_page
from topline.render.response_figures import placed_response_figures

PARTS = ("figures", "page", "record and statistics")
"""What is written, in order, as progress is told."""

_FIGURES = "figures"
_OWN = frozenset(
    {
        *("record.json", "page.txt", "page.html", FILE_NAME, _FIGURES),
        *(export.file_name for export in exports().values()),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a build yielded, in figures.

    Attributes
    ----------
    nct_id, title
        The study's.
    started, completed
        Participants who started the first period and completed the last.
    baseline_measures, outcome_measures, statistical_analyses
        How many there are.
    serious_terms, other_terms
        Rows of the adverse-event tables; ``None`` where the record has none of these tables.
    statistics
        Numbers with provenance.
    figures
        Charts written.
    notes
        What was found in the data that a person should know.
    files
        The files written, relative to the folder.
    """

    nct_id: str | None
    title: str | None
    started: int
    completed: int
    baseline_measures: int
    outcome_measures: int
    statistical_analyses: int
    serious_terms: int | None
    other_terms: int | None
    statistics: int
    figures: int
    notes: tuple[str, ...]
    files: tuple[str, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """The figures as lines for people."""
        events = f"adverse events: {self.serious_terms} serious and {self.other_terms} other terms"
        return (
            f"participants: {self.started} started, {self.completed} completed",
            f"baseline measures: {self.baseline_measures}",
            f"outcome measures: {self.outcome_measures}",
            f"statistical analyses: {self.statistical_analyses}",
            *(() if self.serious_terms is None else (events,)),
            f"numbers with provenance: {self.statistics}",
            f"figures: {self.figures}",
        )


@dataclass(frozen=True, slots=True)
class ResultsFolder:
    """The folder written, and what is in it."""

    folder: Path
    summary: Summary


def check_folder(folder: Path) -> None:
    """Make sure that a folder can be written, before anything is computed.

    Raises
    ------
    OutputError
        If it is a file, cannot be replaced, or holds what a build does not write.
    """
    check_replaceable(folder)
    try:
        foreign = _foreign(folder)
    except OSError as error:
        raise OutputError(f"cannot look here: {error.strerror}", where=str(folder)) from error
    if foreign:
        more = f" and {len(foreign) - 1} more" if len(foreign) > 1 else ""
        raise OutputError(
            f"the folder holds {foreign[0]!r}{more}, which a build does not write",
            where=str(folder),
            accepted="a new or empty folder, or that of an earlier build",
            advice="name another folder",
        )


def _foreign(folder: Path) -> list[str]:
    """List what a folder holds that would be lost if a build replaced it."""
    if not folder.is_dir():
        return []
    found = sorted(folder.iterdir())
    # A lone record.json may be somebody's download: without its provenance it is not of a build.
    own = _OWN if any(path.name == FILE_NAME for path in found) else frozenset[str]()
    foreign = [path.name for path in found if path.name not in own]
    drawn = folder / _FIGURES
    if _FIGURES in own and drawn.is_dir():
        inside = sorted(path.name for path in drawn.iterdir() if path.suffix != ".svg")
        foreign += [f"{_FIGURES}/{name}" for name in inside]
    return foreign


def write_results(
    built: Build,
    folder: Path,
    *,
    wanted: Iterable[Export] = (),
    progress: Callable[[str], None] | None = None,
) -> ResultsFolder:
    """Write a build into a folder, which appears when it is complete.

    Parameters
    ----------
    built
        The build.
    folder
        The folder; one of an earlier build is replaced.
    wanted
        Forms in which others read analysis results, to be written too.
    progress
        Told each of :data:`PARTS` as it begins.

    Raises
    ------
    OutputError
        If the folder cannot be written; an earlier one stays as it was.
    """
    check_folder(folder)
    tell = progress or (lambda _: None)
    tell(PARTS[0])
    drawn = (*figures(built.study, built.curves), *placed_response_figures(built))
    files = {f"{_FIGURES}/{figure.name}.svg": figure.svg.encode() for figure in drawn}
    tell(PARTS[1])
    page = render_page(
        built.study, built.statistics, built.curves, drawn=drawn, derived=derive(built.study)
    )
    files["page.html"] = page.encode()
    tell(PARTS[2])
    files["record.json"] = _written(built.study, "api-json")
    files["page.txt"] = _written(built.study, "page-text")
    files[FILE_NAME] = _parquet(built.statistics)
    for export in wanted:
        writer = find_writer(export, Path(export.file_name))
        of = built.beyond if export.of_build_only else built.statistics
        files[export.file_name] = writer(built.study, of)
    # What has come into the folder meanwhile would be lost.
    check_folder(folder)
    replace_folder(folder, files)
    return ResultsFolder(folder, summarize(built, len(drawn), tuple(sorted(files))))


def _written(study: Study, format: str) -> bytes:
    """Return a record as a document, laid out for people where the format can be."""
    found = find_format(format)
    write = found.write_indented or found.write
    assert write is not None  # both formats are written
    stream = io.BytesIO()
    write([Document(study=study, format=format, place="build")], stream)
    return stream.getvalue()


def _parquet(statistics: Statistics) -> bytes:
    stream = io.BytesIO()
    statistics_frame(statistics).write_parquet(stream)
    return stream.getvalue()


def summarize(built: Build, drawn: int, files: tuple[str, ...]) -> Summary:
    """Count what a build yielded."""
    study = built.study
    results = study.results_section
    flow = results.participant_flow_module if results else None
    baseline = results.baseline_characteristics_module if results else None
    outcomes = results.outcome_measures_module if results else None
    events = results.adverse_events_module if results else None
    measures = outcomes.outcome_measures or () if outcomes else ()
    started, completed = _milestones(study) if flow else (0, 0)
    return Summary(
        nct_id=study.identification.nct_id,
        title=study.identification.brief_title,
        started=started,
        completed=completed,
        baseline_measures=len(baseline.measures or ()) if baseline else 0,
        outcome_measures=len(measures),
        statistical_analyses=sum(len(measure.analyses or ()) for measure in measures),
        serious_terms=len(events.serious_events or ()) if events else None,
        other_terms=len(events.other_events or ()) if events else None,
        statistics=len(built.statistics),
        figures=drawn,
        notes=tuple(str(note) for note in built.notes),
        files=files,
    )


def _milestones(study: Study) -> tuple[int, int]:
    """Count those who started the first period and those who completed the last."""
    results = study.results_section
    flow = results.participant_flow_module if results else None
    periods = (flow.periods if flow else None) or ()

    def reached(period: int, type_: str) -> int:
        return sum(
            int(achievement.num_subjects or 0)
            for milestone in periods[period].milestones or ()
            if milestone.type == type_
            for achievement in milestone.achievements or ()
        )

    return (reached(0, "STARTED"), reached(-1, "COMPLETED")) if periods else (0, 0)
