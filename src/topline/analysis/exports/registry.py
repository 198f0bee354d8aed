"""The registry of exports: each module of this package that declares ``EXPORT`` is one."""

import difflib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import topline.analysis.exports as package
from topline.analysis.discovery import discover
from topline.analysis.exports.export import Export, Writer
from topline.analysis.statistics_table import FILE_NAME, read_statistics
from topline.errors import UsageError
from topline.formats.output import open_output
from topline.formats.registry import read_study


@cache
def exports() -> Mapping[str, Export]:
    """Give every export by its name.

    Examples
    --------
    >>> list(exports())
    ['ard', 'ars', 'eudract']
    """
    return discover(package, "EXPORT", Export)


def find_export(name: str) -> Export:
    """Return the export of a name.

    Raises
    ------
    UsageError
        If there is none: with all names, and the nearest.

    Examples
    --------
    >>> find_export("ars").file_name
    'ars.json'
    """
    try:
        return exports()[name]
    except KeyError:
        nearest = difflib.get_close_matches(name[:100], exports(), n=1)
        raise UsageError(
            f"there is no export {name[:100]!r}",
            accepted=", ".join(exports()),
            advice=f"did you mean {nearest[0]}?" if nearest else None,
        ) from None


def find_writer(export: Export, file: Path) -> Writer:
    """Return what writes a file, by the ending of its name.

    Raises
    ------
    UsageError
        If the export has no file of that ending.
    """
    for ending, writer in export.writers.items():
        if file.name.lower().endswith(ending):
            return writer
    raise UsageError(
        f"the ending of {str(file)!r} does not say which file of {export.name} to write",
        accepted=", ".join(export.writers),
    )


def export_folder(
    folder: Path, export: Export, file: Path | None = None, *, statistics: Path | None = None
) -> Path:
    """Export the analysis results of a results folder; the file appears when it is complete.

    Parameters
    ----------
    folder
        The folder that a build wrote.
    export
        The form.
    file
        Where to write; by default in the folder, under the form's usual name.
    statistics
        The analysis results dataset, if it is not the folder's own.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    UsageError
        If the ending of the file's name is none of the form's, or only the build can make it.
    NotFoundError
        If the folder has no record or no analysis results dataset.
    DataError
        If they are not of one build.
    OutputError
        If the file cannot be written.
    """
    if export.of_build_only:
        raise UsageError(
            f"{export.name} is made of data that a results folder does not hold",
            accepted=", ".join(one.name for one in exports().values() if not one.of_build_only),
            advice=f"build with `topline build SPECIFICATION --export {export.name}`",
        )
    target = file or folder / export.file_name
    writer = find_writer(export, target)
    study = read_study(folder / "record.json")
    written = writer(study, read_statistics(statistics or folder / FILE_NAME))
    with open_output(target) as stream:
        stream.write(written)
    return target
