"""The folder that a build fills: the record, its page, its provenance and its figures.

The folder appears complete or not at all: everything is written beside it first, and a failed
build leaves an earlier folder as it was.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from topline.analysis.build import Build
from topline.analysis.statistics_table import FILE_NAME, statistics_frame
from topline.errors import OutputError
from topline.formats.document import Document
from topline.formats.registry import write_documents
from topline.record.study import Study
from topline.render.charts import figures
from topline.render.page import render_page

PARTS = ("figures", "page", "record and statistics")
"""What is written, in order, as progress is told."""

_OWN = frozenset({"record.json", "page.txt", "page.html", FILE_NAME, "figures"})


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
        Rows of the adverse-event tables.
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
    serious_terms: int
    other_terms: int
    statistics: int
    figures: int
    notes: tuple[str, ...]
    files: tuple[str, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """The figures as lines for people."""
        return (
            f"participants: {self.started} started, {self.completed} completed",
            f"baseline measures: {self.baseline_measures}",
            f"outcome measures: {self.outcome_measures}, with {self.statistical_analyses} "
            "statistical analyses",
            f"adverse events: {self.serious_terms} serious and {self.other_terms} other terms",
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
        If it is a file, or a folder that holds what a build does not write.
    """
    if folder.is_dir():
        foreign = sorted(path.name for path in folder.iterdir() if path.name not in _OWN)
        if foreign:
            raise OutputError(
                f"the folder holds {foreign[0]!r}"
                + (f" and {len(foreign) - 1} more" if len(foreign) > 1 else "")
                + ", which a build does not write",
                where=str(folder),
                accepted="a new or empty folder, or that of an earlier build",
                advice="name another folder",
            )
    elif folder.exists() or folder.is_symlink():
        raise OutputError("this is not a folder", where=str(folder), accepted="a folder")


def write_results(
    built: Build, folder: Path, *, progress: Callable[[str], None] | None = None
) -> ResultsFolder:
    """Write a build into a folder, which appears when it is complete.

    Parameters
    ----------
    built
        The build.
    folder
        The folder; one of an earlier build is replaced.
    progress
        Told each of :data:`PARTS` as it begins.

    Raises
    ------
    OutputError
        If the folder cannot be written; an earlier one stays as it was.
    """
    check_folder(folder)
    tell = progress or (lambda _: None)
    with _replacing(folder) as new:
        tell(PARTS[0])
        drawn = figures(built.study, built.curves)
        (new / "figures").mkdir()
        for figure in drawn:
            (new / "figures" / f"{figure.name}.svg").write_text(figure.svg, encoding="utf-8")
        tell(PARTS[1])
        page = render_page(built.study, built.statistics, built.curves, drawn=drawn)
        (new / "page.html").write_text(page, encoding="utf-8")
        tell(PARTS[2])
        document = Document(study=built.study, format="api-json", place="build")
        write_documents([document], new / "record.json", "api-json", indented=True)
        write_documents([document], new / "page.txt", "page-text")
        statistics_frame(built.statistics).write_parquet(new / FILE_NAME)
        files = tuple(
            sorted(path.relative_to(new).as_posix() for path in new.rglob("*") if path.is_file())
        )
    return ResultsFolder(folder, summarize(built, len(drawn), files))


@contextmanager
def _replacing(folder: Path) -> Iterator[Path]:
    """Give a new folder to fill, which then takes the place of the old one."""
    folder = folder.absolute()
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        new = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise OutputError(f"cannot write here: {error.strerror}", where=str(folder)) from error
    old = new.with_name(f"{new.name}-old")
    try:
        yield new
        new.chmod(0o777 & ~_umask())
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
    except OSError as error:
        raise OutputError(
            f"cannot write the results: {error.strerror or error}", where=str(folder)
        ) from error
    finally:
        if old.exists() and not folder.exists():
            old.rename(folder)
        shutil.rmtree(old, ignore_errors=True)
        shutil.rmtree(new, ignore_errors=True)


def _umask() -> int:
    # There is no way to read the mask but to set it.
    mask = os.umask(0)
    os.umask(mask)
    return mask


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
    identification = (
        study.protocol_section.identification_module if study.protocol_section else None
    )
    return Summary(
        nct_id=identification.nct_id if identification else None,
        title=identification.brief_title if identification else None,
        started=started,
        completed=completed,
        baseline_measures=len(baseline.measures or ()) if baseline else 0,
        outcome_measures=len(measures),
        statistical_analyses=sum(len(measure.analyses or ()) for measure in measures),
        serious_terms=len(events.serious_events or ()) if events else 0,
        other_terms=len(events.other_events or ()) if events else 0,
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
