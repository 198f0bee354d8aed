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
SAS_PADDING = " \x00"
"""What fills up text in SAS files: blanks, and zero bytes from some writers other than SAS."""


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


def tidy(frame: pl.DataFrame, padding: str = " ") -> tuple[pl.DataFrame, tuple[Note, ...]]:
    """Return a frame with its text without padding and blank text as null.

    Parameters
    ----------
    frame
        Columns of any type; only String columns are changed.
    padding
        The characters that fill up text on the right; on the left it is always blanks.

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
    text = pl.col(pl.String)
    # Asking first is several times cheaper than stripping text that needs none.
    ended = [name for one in padding for name in _where(frame, text.str.ends_with(one))]
    frame = (
        frame.with_columns(pl.col(sorted(set(ended))).str.strip_chars_end(padding))
        if ended
        else frame
    )
    # After the padding is gone, a blank value is empty, so what begins with a blank is padded text.
    started = _where(frame, text.str.starts_with(" "))
    if started:
        frame = frame.with_columns(pl.col(list(started)).str.strip_chars_start(" "))
    if blank := _where(frame, text == ""):
        column = pl.col(list(blank))
        frame = frame.with_columns(pl.when(column != "").then(column))
    words = "leading blanks were removed"
    return frame, tuple(Note(variable=one, message=words, rows=started[one]) for one in started)


def _where(frame: pl.DataFrame, condition: pl.Expr) -> dict[str, int]:
    """Return how many rows meet a condition, for the columns where any does."""
    counts = frame.select(condition.sum())
    rows = counts.iter_rows(named=True)  # one row, or none where no column is text
    return {name: count for row in rows for name, count in row.items() if count}
