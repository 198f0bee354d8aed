"""The folder that ``topline response`` fills: the datasets of response and its pictures."""

from pathlib import Path

import polars as pl

from topline.errors import OutputError
from topline.formats.whole_folder import check_replaceable, replace_folder
from topline.render.response_figures import response_figures
from topline.trial.response.frames import (
    participant_frame,
    response_dataset,
    time_point_frame,
    times_dataset,
)
from topline.trial.response.trial_response import TrialResponse

FILES = (
    "time-points.csv",
    "participants.csv",
    "response.csv",
    "response-times.csv",
    "waterfall.svg",
    "spider.svg",
    "swimmer.svg",
)
"""Everything that may be written; a chart of nothing is left out."""


def check_response_folder(folder: Path) -> None:
    """Make sure that a folder can be written, before anything is computed.

    Raises
    ------
    OutputError
        If it is a file, cannot be replaced, or holds what this does not write.
    """
    check_replaceable(folder)
    try:
        foreign = (
            sorted(path.name for path in folder.iterdir() if path.name not in FILES)
            if folder.is_dir()
            else []
        )
    except OSError as error:
        raise OutputError(f"cannot look here: {error.strerror}", where=str(folder)) from error
    if foreign:
        raise OutputError(
            f"the folder holds {foreign[0]!r}, which topline response does not write",
            where=str(folder),
            accepted="a new or empty folder, or one written before",
            advice="name another folder",
        )


def write_response(trial: TrialResponse, folder: Path) -> tuple[str, ...]:
    """Write the datasets and pictures of a trial's response into a folder.

    Parameters
    ----------
    trial
        The trial's responses.
    folder
        The folder; one written before is replaced.

    Returns
    -------
    tuple of str
        The names of the files.

    Raises
    ------
    OutputError
        If the folder cannot be written; an earlier one stays as it was.
    """
    frames = (
        time_point_frame(trial), participant_frame(trial), response_dataset(trial),
        times_dataset(trial),
    )  # fmt: skip
    files = {name: _csv(frame) for name, frame in zip(FILES, frames, strict=False)}
    files |= {f"{figure.name}.svg": figure.svg.encode() for figure in response_figures(trial)}
    check_response_folder(folder)
    replace_folder(folder, files)
    return tuple(files)


def _csv(frame: pl.DataFrame) -> bytes:
    return frame.write_csv().encode()
