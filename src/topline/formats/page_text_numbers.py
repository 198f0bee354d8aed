r"""Numbers of a page: what may stand where a number is due.

A posted number is a string, and any string may have been posted. On a page only what reads as a
number, or as a token such as NA, is taken for one, so that a line in the wrong place is an error
and not a value. Another string that a record holds as a number is written with ``\=`` in front.
"""

import re

from topline.formats.page_text_lines import MARK, word, word_text
from topline.formats.page_text_table import page_error, shown
from topline.record.values import Unreadable, read_value

_OTHER = MARK + "="
_PLAIN = re.compile(r"-?[0-9][0-9,]*(?:\.[0-9]+)?|NA")


def number_word(text: str | None) -> str:
    r"""Write a posted number as one word.

    Examples
    --------
    >>> number_word("67.4"), number_word("< 0.1"), number_word("some"), number_word(None)
    ('67.4', '<\\s0.1', '\\=some', '\\-')
    """
    if not text or _is_number(text):
        return word(text)
    return _OTHER + word(text)


def read_number_word(name: str, line: int, written: str) -> str | None:
    """Read a posted number.

    Raises
    ------
    DocumentError
        If neither a number nor a token such as NA stands there.

    Examples
    --------
    >>> read_number_word("page.txt", 3, "1,234")
    '1,234'
    """
    if written.startswith(_OTHER):
        return word_text(written[len(_OTHER) :])
    text = word_text(written)
    if not written or (text is not None and not _is_number(text)):
        raise page_error(
            name, line, f"found {shown(written)} where a number is due", "a number or NA"
        )
    return text


def _is_number(text: str) -> bool:
    if _PLAIN.fullmatch(text):
        return True
    return not isinstance(read_value(text), Unreadable)
