"""The one registry of formats, and reading and writing documents of any of them.

A new format is one module with a ``FORMAT``, and one line here; the command line, the
documentation and the round-trip tests iterate over :data:`FORMATS`.
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from os import PathLike
from pathlib import Path
from types import MappingProxyType

from topline.errors import DocumentError, NotFoundError, UsageError
from topline.formats import api_json, eudract_xml, legacy_xml, page_text, prs_xml, v1_json
from topline.formats.document import Document
from topline.formats.fhir import evidence_bundle
from topline.formats.format import Format, Writer
from topline.formats.limits import DEFAULT_LIMITS, Limits
from topline.formats.output import GZIP_ENDING, open_output
from topline.formats.source import STANDARD_INPUT, Source, open_sources
from topline.formats.tables import csv_folder, parquet_folder, workbook
from topline.formats.whole_folder import check_holds_only, check_replaceable, new_folder
from topline.record.study import Study

FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        format.name: format
        for format in (
            v1_json.FORMAT,  # before the JSON of today, which takes any JSON for its own
            legacy_xml.FORMAT,
            api_json.FORMAT,
            api_json.LINES_FORMAT,
            page_text.FORMAT,
            csv_folder.FORMAT,
            parquet_folder.FORMAT,
            workbook.FORMAT,
            evidence_bundle.FORMAT,
            eudract_xml.FORMAT,
            prs_xml.FORMAT,
        )
    }
)
"""Every format by its name, in the order in which their recognition is tried."""

DEFAULT_FORMAT = api_json.FORMAT
"""What standard output is written in where no format is named."""


def find_format(name: str, formats: Mapping[str, Format] = FORMATS) -> Format:
    """Return the format of a name.

    Parameters
    ----------
    name
        The word of the command line.
    formats
        Those there are: whoever can write more than this layer gives them.

    Raises
    ------
    UsageError
        If there is no such format: with all names, and the nearest.

    Examples
    --------
    >>> find_format("api-json").title
    'API JSON'
    """
    try:
        return formats[name]
    except KeyError:
        nearest = difflib.get_close_matches(name[:100], formats, n=1)
        raise UsageError(
            f"there is no format {name[:100]!r}",
            accepted=", ".join(formats),
            advice=f"did you mean {nearest[0]}?" if nearest else None,
        ) from None


def recognize_format(source: Source) -> Format:
    """Return the format of a document: by its content, else by the ending of its name.

    Raises
    ------
    DocumentError
        If the document is empty, or is of no format that can be read.

    Examples
    --------
    >>> import io
    >>> recognize_format(Source("a", io.BytesIO(b'{"hasResults": true}'))).name
    'api-json'
    """
    head = source.head()
    if not head:
        raise DocumentError("the document is empty", where=source.name, accepted=_readable())
    for format in FORMATS.values():
        if format.read is not None and format.recognizes(head):
            return format
    by_ending = _by_ending(source.name, FORMATS)
    if by_ending is not None and by_ending.read is not None:
        return by_ending
    raise DocumentError(
        f"the document is of no format that can be read; it begins with {head[:16]!r}",
        where=source.name,
        accepted=_readable(),
        advice="if it is one of these, name the format",
    )


def read_documents(
    place: str | PathLike[str],
    format: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
    *,
    formats: Mapping[str, Format] = FORMATS,
) -> Iterator[Document]:
    """Read documents one at a time.

    Parameters
    ----------
    place
        A path, or ``-`` for standard input. Gzip and zip are unpacked as they are read.
    format
        Name of the format; found by content, then by ending, if not given.
    limits
        What may be held and unpacked.
    formats
        Those that have a name; what is recognized without one is of this layer.

    Yields
    ------
    Document
        Each study in order, with what its record cannot hold.

    Raises
    ------
    UsageError
        If there is no such format, or it cannot be read.
    NotFoundError
        If there is no such file.
    DocumentError
        If the document is not what it should be.
    LimitError
        If a limit is exceeded.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "a.json")
    ...     _ = file.write_bytes(b'[{"hasResults": true}, {}]')
    ...     [document.study.has_results for document in read_documents(file)]
    [True, None]
    """
    named = None if format is None else find_format(format, formats)
    if named is not None and named.read is None:
        raise UsageError(f"{named.name} is written, not read", accepted=_readable())
    return _read(place, named, limits)


def read_document(
    place: str | PathLike[str],
    format: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
    *,
    nct_id: str | None = None,
    formats: Mapping[str, Format] = FORMATS,
) -> Document:
    """Read the document of a single study: parameters and errors as :func:`read_documents`.

    Parameters
    ----------
    place, format, limits, formats
        As :func:`read_documents`.
    nct_id
        Which study, where there may be several; what stands behind it is not read.

    Raises
    ------
    DocumentError
        Also if there is no study, or more than one and no number says which.
    NotFoundError
        Also if there is no study of that number.
    """
    documents = read_documents(place, format, limits, formats=formats)
    if nct_id is not None:
        return _find_study(documents, nct_id, place)
    first = next(documents, None)
    if first is None:
        raise DocumentError("there is no study", where=str(place), accepted="one study")
    second = next(documents, None)
    if second is not None:
        numbers = [number for one in (first, second) if (number := _nct_id(one.study))]
        raise DocumentError(
            "there is more than one study",
            where=f"{first.place}; {second.place}",
            accepted="one study",
            advice="say which by its NCT number"
            + (f", such as {' or '.join(dict.fromkeys(numbers))}" if numbers else ""),
        )
    return first


def read_study(
    place: str | PathLike[str],
    format: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
    *,
    nct_id: str | None = None,
) -> Study:
    """Read the record of a single study, without what it cannot hold: see :func:`read_document`."""
    return read_document(place, format, limits, nct_id=nct_id).study


def write_documents(
    documents: Iterable[Document],
    place: str | PathLike[str],
    format: str | None = None,
    *,
    indented: bool = False,
    formats: Mapping[str, Format] = FORMATS,
) -> None:
    r"""Write documents; the file or folder appears when it is complete, or stays as it was.

    Parameters
    ----------
    documents
        The records and what was set aside.
    place
        A path, or ``-`` for standard output. A name that ends in ``.gz`` is compressed.
    format
        Name of the format; by the ending of the name if not given, and ``api-json`` on standard
        output.
    indented
        Whether laid out for people, where the format has such a layout.
    formats
        Those there are.

    Raises
    ------
    UsageError
        If there is no such format, or it cannot be written, or no ending says which; if the format
        is a folder and the place is standard output.
    OutputError
        If writing fails; if a folder to replace holds what the format does not write.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "a.json")
    ...     write_documents([Document(study=Study(), format="api-json", place="")], file)
    ...     file.read_bytes()
    b'{}\n'
    """
    written = find_format_to_write(place, format, formats)
    writer = _writer(written, indented=indented)
    if writer is None:
        _write_folder(documents, place, written)
        return
    with open_output(place) as stream:
        writer(documents, stream)


def find_format_to_write(
    place: str | PathLike[str],
    format: str | None = None,
    formats: Mapping[str, Format] = FORMATS,
) -> Format:
    """Return the format in which a place is written: the one named, else by the name's ending.

    Parameters
    ----------
    place, format, formats
        As for :func:`write_documents`.

    Raises
    ------
    UsageError
        If there is no such format, it cannot be written, or no ending says which is meant.

    Examples
    --------
    >>> find_format_to_write("out/studies.ndjson.gz").name
    'api-ndjson'
    """
    if format is not None:
        found: Format | None = find_format(format, formats)
    elif str(place) == STANDARD_INPUT:
        found = DEFAULT_FORMAT
    else:
        found = _by_ending(str(place), formats)
    if found is None:
        raise UsageError(
            f"the ending of {str(place)!r} does not say which format to write",
            accepted="; ".join(
                f"{name} ({' '.join(format.extensions) or 'a folder: name the format'})"
                for name, format in formats.items()
                if format.is_written
            ),
            advice="name the format",
        )
    if not found.is_written:
        raise UsageError(f"{found.name} is read, not written", accepted=_writable(formats))
    return found


def _read(place: str | PathLike[str], named: Format | None, limits: Limits) -> Iterator[Document]:
    for source in open_sources(place, limits):
        read = (named or recognize_format(source)).read
        assert read is not None  # both callers have seen to it
        yield from read(source)


def _find_study(documents: Iterable[Document], nct_id: str, place: str | PathLike[str]) -> Document:
    wanted = nct_id.strip().upper()
    passed = 0
    number = None
    for document in documents:
        number = _nct_id(document.study)
        if number == wanted:
            return document
        passed += 1
    raise NotFoundError(
        f"there is no study {nct_id[:100]!r}",
        where=str(place),
        accepted=f"{number}, its only study"
        if passed == 1 and number
        else f"the NCT number of one of its {passed:,} studies",
    )


def _nct_id(study: Study) -> str | None:
    return study.identification.nct_id


def _write_folder(
    documents: Iterable[Document], place: str | PathLike[str], format: Format
) -> None:
    if str(place) == STANDARD_INPUT:
        raise UsageError(
            f"{format.name} is a folder of files, which standard output cannot hold",
            accepted="a new folder, an empty one, or one of an earlier conversion",
            advice="say with -o which folder to write",
        )
    assert format.write_folder is not None  # a format that is written is a file or a folder
    folder = Path(place)
    check_replaceable(folder)
    check_holds_only(folder, format.folder_files)
    with new_folder(folder) as new:
        format.write_folder(documents, new)
        # What has come into the folder meanwhile would be lost.
        check_holds_only(folder, format.folder_files)


def _writer(format: Format, *, indented: bool) -> Writer | None:
    """Return what writes a file; ``None`` where the format is a folder."""
    writer = format.write_indented if indented else format.write
    if writer is None and indented:
        raise UsageError(
            f"{format.name} has no indented layout",
            accepted=", ".join(n for n, f in FORMATS.items() if f.write_indented is not None),
        )
    return writer


def _by_ending(name: str, formats: Mapping[str, Format]) -> Format | None:
    """Return the format with the longest ending that a name has: .fhir.json before .json."""
    lowered = name.lower().removesuffix(GZIP_ENDING)
    endings = {ending: format for format in formats.values() for ending in format.extensions}
    fitting = [ending for ending in endings if lowered.endswith(ending)]
    return endings[max(fitting, key=len)] if fitting else None


def _readable() -> str:
    return ", ".join(name for name, format in FORMATS.items() if format.read is not None)


def _writable(formats: Mapping[str, Format]) -> str:
    return ", ".join(name for name, format in formats.items() if format.is_written)
