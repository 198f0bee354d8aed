"""Text as files hold it, and as topline keeps it: decoded, without padding, blank as null.

Character values in SAS files are bytes in a codepage that a transport file does not name. Where
the caller names none, UTF-8 is tried first, because other text is almost never valid UTF-8 by chance;
values that are not UTF-8 are read as windows-1252, and the dataset says so. Bytes that have no
meaning there either are an error: text is never replaced or guessed in silence.
"""

import codecs

import polars as pl

from topline.errors import DataError, UsageError
from topline.trial.dataset import Note

FALLBACK_ENCODING = "windows-1252"

_ENCODINGS = "utf-8, windows-1252, iso-8859-1, shift_jis, gb18030, …"
_PADDING = " \x00"  # SAS pads with blanks, some other writers of its files with zero bytes


def known_encoding(encoding: str) -> str:
    """Return the name of an encoding that Python knows.

    Raises
    ------
    UsageError
        There is no such encoding.

    Examples
    --------
    >>> known_encoding("latin1")
    'iso8859-1'
    """
    try:
        probe = b"A 1".decode(encoding)
    except (LookupError, ValueError) as error:  # ValueError: a zero byte, or bytes it cannot read
        raise UsageError(
            f"there is no encoding {encoding!r} of data files", accepted=_ENCODINGS
        ) from error
    if probe != "A 1":  # EBCDIC: SAS files keep their names and padding in ASCII
        raise UsageError(f"{encoding!r} does not extend ASCII", accepted=_ENCODINGS)
    return codecs.lookup(encoding).name


def decoded(value: bytes, encoding: str | None, where: str) -> tuple[str, str]:
    r"""Return one value as text, and the encoding that made sense of it.

    Parameters
    ----------
    value
        The bytes.
    encoding
        The codepage to use; None tries UTF-8, then windows-1252.
    where
        The place for the error.

    Raises
    ------
    DataError
        The bytes are not text in any encoding tried.

    Examples
    --------
    >>> decoded(b"Alzheimer\x92s", None, "ts.xpt")
    ('Alzheimer’s', 'windows-1252')
    """
    tried = [encoding] if encoding else ["utf-8", FALLBACK_ENCODING]
    for name in tried:
        try:
            return value.decode(name), name
        except UnicodeDecodeError:
            continue
    raise DataError(
        f"the bytes {value[:40]!r} are not text in {' or '.join(tried)}",
        where=where,
        accepted="text in the encoding that is named",
        advice="name the file's encoding, such as encoding: shift_jis",
    )


def fallback_note(variable: str | None, rows: int | None = None) -> Note:
    """Return the note that text was read as windows-1252 because it is not UTF-8.

    Examples
    --------
    >>> print(fallback_note("TSVAL", 1))
    TSVAL: not UTF-8; read as windows-1252 (1 record)
    """
    return Note(variable=variable, message=f"not UTF-8; read as {FALLBACK_ENCODING}", rows=rows)


def tidy(frame: pl.DataFrame) -> tuple[pl.DataFrame, tuple[Note, ...]]:
    """Return a frame with its text without padding and blank text as null.

    Parameters
    ----------
    frame
        Columns of any type; only String columns are changed.

    Returns
    -------
    tuple
        The frame, and a note for each variable that was padded on the left, with how many records.

    Examples
    --------
    >>> frame, notes = tidy(pl.DataFrame({"AVISIT": ["  Week 2", "Baseline  ", "   ", None]}))
    >>> frame["AVISIT"].to_list()
    ['Week 2', 'Baseline', None, None]
    >>> print(*notes)
    AVISIT: leading blanks were removed (1 record)
    """
    trimmed = frame.with_columns(pl.col(pl.String).str.strip_chars_end(_PADDING))
    padded = trimmed.select(pl.col(pl.String).str.starts_with(" ").sum())
    notes = tuple(
        Note(variable=name, message="leading blanks were removed", rows=rows)
        for counts in padded.iter_rows(named=True)  # one row, or none where no column is text
        for name, rows in counts.items()
        if rows
    )
    text = pl.col([note.variable for note in notes if note.variable]).str.strip_chars_start(" ")
    stripped = trimmed.with_columns(text) if notes else trimmed
    return stripped.with_columns(
        pl.when(pl.col(pl.String).str.len_bytes() > 0).then(pl.col(pl.String))
    ), notes
