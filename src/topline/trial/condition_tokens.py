"""The words of the condition language: text into tokens, each with its column."""

import re
from dataclasses import dataclass
from typing import Literal as OneOf

from topline.trial.condition_expressions import ConditionError

Kind = OneOf["name", "number", "text", "operator", "mark", "end"]

WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
RIGHT = ("==", "!=", "<=", ">=", "<", ">")
MARKS = "()[],"
EXACT = 2**53
"""Whole numbers beyond this are not exact in the data either; they are read as fractions."""

# What other languages write, and what this one does instead.
MEANT = {
    "===": "== (two signs mean equal)",
    "!==": "!= (not equal)",
    "<>": "!= (not equal)",
    "^=": "!= (not equal)",
    "~=": "!= (not equal)",
    "¬=": "!= (not equal)",
    "=>": ">= (greater or equal)",
    "=<": "<= (less or equal)",
    "&&": "the word and",
    "||": "the word or",
    "=": "== (two signs mean equal)",
    "&": "the word and",
    "|": "the word or",
    "!": "the word not, or !=",
    ".": "is missing (a missing value is no number)",
    ";": "one condition only, joined with and / or",
    "{": "square brackets around a list",
    "}": "square brackets around a list",
}
SIGNS = sorted((*RIGHT, *MEANT), key=len, reverse=True)
"""Every sign, the longest first, so that ``<>`` is not read as ``<``."""
CURLY = "“”„‟‘’‚‛«»‹›´`＂＇"


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a condition.

    Attributes
    ----------
    kind
        What it is.
    text
        As written; of a text, what stands between the quotes; empty at the end.
    column
        Where it begins, from 1.
    """

    kind: Kind
    text: str
    column: int

    @property
    def keyword(self) -> str:
        """The name in lower case, empty for anything but a name."""
        return self.text.lower() if self.kind == "name" else ""

    def shown(self) -> str:
        """As a message shows it."""
        if self.kind == "end":
            return "the end of the condition"
        short = self.text if len(self.text) <= 60 else self.text[:60] + "…"
        return f"the text '{short}'" if self.kind == "text" else short


def tokens(text: str) -> list[Token]:
    """Cut a condition into its words.

    Parameters
    ----------
    text
        The condition.

    Returns
    -------
    list of Token
        The words; the last is of the kind ``end``.

    Raises
    ------
    ConditionError
        A character that begins no word, or quotes that do not close.

    Examples
    --------
    >>> [token.text for token in tokens("AVAL >= 1.5 and SEX == 'F'")]
    ['AVAL', '>=', '1.5', 'and', 'SEX', '==', 'F', '']
    """
    found: list[Token] = []
    position = 0
    while True:
        while position < len(text) and text[position].isspace():
            position += 1
        if position == len(text):
            found.append(Token("end", "", position + 1))
            return found
        token, position = _next(text, position)
        found.append(token)


def _next(text: str, position: int) -> tuple[Token, int]:
    column = position + 1
    if text[position] in "'\"":
        return _quoted(text, position)
    if word := WORD.match(text, position):
        return Token("name", word.group(), column), word.end()
    if number := NUMBER.match(text, position):
        return _number(text, number), number.end()
    sign = next((sign for sign in SIGNS if text.startswith(sign, position)), None)
    if sign in RIGHT:
        return Token("operator", sign, column), position + len(sign)
    if text[position] in MARKS:
        return Token("mark", text[position], column), position + 1
    raise ConditionError(*_unknown(text[position], sign), text=text, column=column)


def _unknown(character: str, sign: str | None) -> tuple[str, str]:
    if sign is not None:
        return sign, MEANT[sign]
    if character in CURLY:
        return f"the quotation mark {character}", "straight quotation marks, ' or \""
    if character in "+-*/%^":
        return character, "a comparison; conditions do not calculate"
    shown = character if character.isprintable() else f"the character U+{ord(character):04X}"
    return shown, "a variable, a quoted text, a number, a comparison or a bracket"


def _number(text: str, number: re.Match[str]) -> Token:
    column = number.start() + 1
    if number.end() < len(text) and (text[number.end()].isalnum() or text[number.end()] in "_."):
        end = number.end()
        while end < len(text) and (text[end].isalnum() or text[end] in "_."):
            end += 1
        raise ConditionError(
            text[number.start() : end][:60],
            "a number such as 12.5, or a text in quotation marks",
            text=text,
            column=column,
        )
    if len(number.group()) > 40 or abs(float(number.group())) == float("inf"):
        raise ConditionError(
            number.group()[:60], "a number of at most 1.8e308", text=text, column=column
        )
    return Token("number", number.group(), column)


def number_value(text: str) -> int | float:
    """Read the number that a number token stands for.

    Parameters
    ----------
    text
        The token's text.

    Returns
    -------
    int or float
        Whole numbers that are exact as a double stay whole.

    Examples
    --------
    >>> number_value("12"), number_value("-0.5"), number_value("1e3")
    (12, -0.5, 1000.0)
    """
    plain = text.lstrip("+-")
    if plain.isdigit() and int(plain) <= EXACT:
        return int(text)
    return float(text)


def _quoted(text: str, position: int) -> tuple[Token, int]:
    quote = text[position]
    pieces: list[str] = []
    here = position + 1
    while here < len(text):
        character = text[here]
        following = text[here + 1 : here + 2]
        if character == "\\" and following and following in "\\'\"":
            pieces.append(following)
            here += 2
        elif character == quote and following == quote:
            pieces.append(quote)
            here += 2
        elif character == quote:
            return Token("text", _checked(text, position, "".join(pieces)), position + 1), here + 1
        else:
            pieces.append(character)
            here += 1
    raise ConditionError(
        f"a text that begins with {quote} and does not end",
        f"a closing {quote}",
        text=text,
        column=position + 1,
    )


def _checked(text: str, position: int, value: str) -> str:
    if not value.strip(" "):
        raise ConditionError(
            "a text of blanks",
            "is missing, or is not missing (a text without letters is a missing value)",
            text=text,
            column=position + 1,
        )
    # Half of a surrogate pair is no character: no dataset can hold it, and Polars cannot take it.
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise ConditionError(
            "half of a surrogate pair", "Unicode characters", text=text, column=position + 1
        )
    return value
