"""A trial of 20,000 participants and 1,000,000 adverse-event rows: time and memory.

The peer is what anyone would write in Polars for the core of an adverse-event table: scan the
Parquet file and group it once by arm, organ system and term, counting rows and distinct
participants. Polars reads only the four columns that needs.

*The data* is the adverse-event file held by Polars in full, all columns. Memory is what a fresh process
adds to what it holds after its imports.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import polars as pl
from benchmarks.folders import ROOT
from benchmarks.large_trial import LargeTrial, write_large_trial
from benchmarks.measure import Measured, ratio

from topline.analysis.build import build_file
from topline.render.results_folder import write_results

ANALYSIS_AIM = 5.0
MEMORY_AIM = 3.0
WHOLE_AIM = 3.0
_MEGABYTE = 1e6


def group_once(events: Path) -> pl.DataFrame:
    """Count events and participants by arm, organ system and term."""
    return (
        pl.scan_parquet(events)
        .group_by("TRTA", "AESOC", "AEDECOD")
        .agg(pl.len().alias("events"), pl.col("USUBJID").n_unique().alias("affected"))
        .collect()
    )


def build_and_write(trial: LargeTrial) -> None:
    """Do what ``topline build`` does."""
    write_results(build_file(trial.specification), trial.folder / "results")


def lines(rounds: int) -> list[Measured]:
    """Measure analysis, memory and the whole build."""
    with tempfile.TemporaryDirectory() as folder:
        trial = write_large_trial(Path(folder))
        return [
            ratio(
                f"analysis of {trial.participants:,} participants, {trial.rows:,} events",
                "Polars reading and grouping once",
                lambda: build_file(trial.specification),
                lambda: group_once(trial.events),
                aim=ANALYSIS_AIM,
                rounds=rounds,
            ),
            ratio(
                "  whole build, with page and figures",
                "its analysis",
                lambda: build_and_write(trial),
                lambda: build_file(trial.specification),
                aim=WHOLE_AIM,
                rounds=max(3, rounds // 3),
            ),
            *_memory(trial),
        ]


def _memory(trial: LargeTrial) -> list[Measured]:
    data = pl.read_parquet(trial.events).estimated_size() / _MEGABYTE
    lines: list[Measured] = []
    for what, part in (("analysis", "analysis"), ("whole build", "build")):
        peak = peak_added(trial.specification, part)
        lines.append(
            Measured(
                what=f"  peak memory of the {what}",
                peer="the events held in full",
                ours=peak,
                theirs=data,
                unit="MB",
                aim=MEMORY_AIM,
                figure=peak / data,
            )
        )
    return lines


def peak_added(specification: Path, part: str) -> float:
    """Tell what a build adds in a fresh process, at its peak, to what it holds after its imports [MB]."""
    command = [sys.executable, "-m", "benchmarks.peak_memory", part, str(specification)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return float(json.loads(done.stdout)["added"]) / _MEGABYTE
