"""A folder of datasets, read as they are asked for and kept."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import polars as pl

from topline.errors import DataError, NotFoundError, UsageError
from topline.trial.dataset import Dataset, Note, Variable, listing, meant
from topline.trial.reading import DATASET_FORMATS, format_of, read_dataset

_EXTENSIONS = frozenset(extension for one in DATASET_FORMATS for extension in one.extensions)


class Library:
    r"""The datasets of one folder, named as their files: ``adsl.xpt`` is ``ADSL``.

    Parameters
    ----------
    folder
        The folder; folders within it are not searched.
    beside
        A folder whose datasets are taken where ``folder`` has none of that name, such as the
        ``sdtm`` beside an ``adam``.
    files
        Which file to take for a dataset that more than one could be: name to file name.
    encoding
        The codepage of the text, passed on to every file.

    Raises
    ------
    NotFoundError
        There is no such folder.
    UsageError
        ``files`` names a file that is not there.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> _ = Path(folder.name, "adsl.csv").write_text("USUBJID,AGE\n01-701-1015,63\n")
    >>> library = Library(folder.name)
    >>> library.names
    ('ADSL',)
    >>> library.read("adsl", columns=["AGE"]).column("AGE").to_list()
    [63]
    >>> library.read("adls")
    Traceback (most recent call last):
    topline.errors.NotFoundError: there is no dataset ADLS
      where: ...
      accepted: ADSL
      to do: did you mean ADSL?
    >>> folder.cleanup()
    """

    def __init__(
        self,
        folder: Path | str,
        *,
        beside: Path | str | None = None,
        files: Mapping[str, str] | None = None,
        encoding: str | None = None,
    ) -> None:
        self.folder = Path(folder)
        self._encoding = encoding
        self._kept: dict[str, Dataset] = {}
        self._derived: dict[str, Dataset] = {}
        self._origins: dict[str, object] = {}
        if not self.folder.is_dir():
            raise NotFoundError(f"there is no folder {self.folder}", where=str(self.folder))
        found = _datasets(self.folder)
        if beside is not None:
            found = _datasets(Path(beside)) | found
        for name, file in (files or {}).items():
            path = self.folder / file
            if not path.is_file():
                there = [one.name for paths in found.values() for one in paths]
                raise UsageError(
                    f"there is no file {file} for dataset {name.upper()}",
                    where=str(self.folder),
                    accepted=listing(there) or "the folder holds no dataset",
                )
            found[name.upper()] = [path]
        self._files = dict(sorted(found.items()))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the datasets in upper case, sorted; nothing is read for it."""
        return tuple(sorted((*self._files, *self._derived)))

    def __contains__(self, name: object) -> bool:
        """Whether there is a dataset of this name, in any case: a file of the folder, or one derived."""
        return isinstance(name, str) and (
            name.upper() in self._files or name.upper() in self._derived
        )

    @property
    def derived(self) -> tuple[str, ...]:
        """The names of the datasets that were added, sorted."""
        return tuple(sorted(self._derived))

    def add(self, dataset: Dataset, origin: object = None) -> None:
        """Add a dataset that was made from others; one added before under its name gives way.

        Parameters
        ----------
        dataset
            The dataset.
        origin
            What it was made of, for those who need more of it than rows.

        Raises
        ------
        UsageError
            The folder has a file for a dataset of this name.
        """
        if dataset.name in self._files:
            raise UsageError(
                f"the folder has a dataset {dataset.name}, which is the name of one that is derived",
                where=str(self._files[dataset.name][0]),
                advice="give the file another name",
            )
        self._derived[dataset.name] = dataset
        self._origins[dataset.name] = origin

    def origin(self, name: str) -> object:
        """Give what a dataset was made of; ``None`` for one that was read."""
        return self._origins.get(name.upper())

    def path(self, name: str) -> Path:
        """Return the file of a dataset; the name may be in any case.

        Raises
        ------
        NotFoundError
            There is none: names the nearest and all that exist.
        DataError
            There is more than one, and none was chosen.
        """
        upper = name.upper()
        if upper not in self._files:
            raise NotFoundError(
                f"there is no dataset {upper}",
                where=str(self.folder),
                accepted=listing(self.names) or "the folder holds no dataset",
                advice=meant(upper, self.names),
            )
        paths = self._files[upper]
        if len(paths) > 1:
            raise DataError(
                f"{len(paths)} files could be dataset {upper}",
                where=str(self.folder),
                accepted=" or ".join(path.name for path in paths),
                advice="choose one of the files, or remove the others",
            )
        return paths[0]

    def variables(self, name: str) -> Mapping[str, Variable]:
        """Return what a dataset's file says about its variables, without reading rows where that can be.

        The type of a date variable is the one its format promises; reading the values can still find that they are
        not dates.
        """
        return self.read(name, columns=()).variables

    def read(self, name: str, *, columns: Collection[str] | None = None) -> Dataset:
        """Return a dataset, reading only what has not been read before.

        Parameters
        ----------
        name
            The dataset's name in any case.
        columns
            The variables that are needed, None for all.

        Returns
        -------
        Dataset
            With at least the columns asked for, under the name of its file, even where the file calls
            itself otherwise (``adrs_onco.xpt`` with a dataset ``ADRS`` in it is ``ADRS_ONCO``).

        Raises
        ------
        NotFoundError, DataError, LimitError
            As :meth:`path` and :func:`topline.trial.reading.read_dataset`.
        """
        upper = name.upper()
        if upper in self._derived:
            return self._derived[upper]
        path = self.path(name)
        kept = self._kept.get(upper)
        if kept is None:
            # Where a file is parsed whole for any column, all are kept: parsing again would cost more.
            at_first = columns if format_of(path).by_column else None
            kept = read_dataset(path, columns=at_first, encoding=self._encoding)
            for column in columns or ():
                kept.variable(column)
        else:
            wanted = list(kept.variables) if columns is None else columns
            lacking = [column for column in wanted if column.upper() not in kept.frame.columns]
            if lacking:
                kept = _joined(kept, read_dataset(path, columns=lacking, encoding=self._encoding))
        if kept.name != upper:
            note = Note(message=f"the file calls this dataset {kept.name}")
            kept = replace(kept, name=upper, notes=(note, *kept.notes))
        self._kept[upper] = kept
        return kept


def _datasets(folder: Path) -> dict[str, list[Path]]:
    """Find the files of each dataset of a folder, by its name in upper case."""
    found: dict[str, list[Path]] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in _EXTENSIONS and path.is_file():
            found.setdefault(path.stem.upper(), []).append(path)
    return found


def _joined(first: Dataset, second: Dataset) -> Dataset:
    """Return one dataset with the columns of two readings of the same file."""
    both = pl.concat([first.frame, second.frame], how="horizontal")
    read = second.frame.columns
    variables = {
        name: second.variables[name] if name in read else variable
        for name, variable in first.variables.items()
    }
    return replace(
        first,
        frame=both.select([name for name in variables if name in both.columns]),
        variables=MappingProxyType(variables),
        notes=(*first.notes, *(note for note in second.notes if note not in first.notes)),
        special_missing=MappingProxyType({**first.special_missing, **second.special_missing}),
    )
