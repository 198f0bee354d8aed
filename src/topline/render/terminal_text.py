"""Text for a terminal: what a record or a file says must not steer the terminal that shows it."""

import json
import unicodedata


def plain(text: str) -> str:
    r"""Write out the characters that a terminal would obey or hide, and keep all others.

    Line breaks stay and blanks of any kind become a space. Everything else that does not print is
    written as its escape, control characters and changes of writing direction among them.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    str
        Printable characters and line breaks only.

    Examples
    --------
    >>> print(plain("12\N{NO-BREAK SPACE}mg \x1b[31mred"))
    12 mg \x1b[31mred
    """
    if text.isprintable():
        return text
    whole = text.replace("\r\n", "\n")
    return "".join(char if _harmless(char) else _written_out(char) for char in whole)


def plain_json(text: str) -> str:
    r"""Escape the same characters in JSON, which means the same to whoever decodes it.

    Examples
    --------
    >>> print(plain_json('"\x9b31m"'))
    "\u009b31m"
    """
    if text.isprintable():
        return text
    return "".join(char if _harmless(char) else json.dumps(char)[1:-1] for char in text)


def _harmless(char: str) -> bool:
    return char.isprintable() or char == "\n"


def _written_out(char: str) -> str:
    if char == "\t" or unicodedata.category(char) == "Zs":
        return " "
    return char.encode("unicode_escape").decode("ascii")
