"""By which rule two texts of a record say the same, where they are not spelled the same."""

import re
from collections.abc import Mapping
from types import MappingProxyType

BLANKS = "blanks"
MARKS = "typographic marks"
CAPITALS = "capitals"

_TYPOGRAPHIC: Mapping[int, str] = MappingProxyType(
    {
        **dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), "-"),
        **dict.fromkeys(map(ord, "\u2018\u2019\u02bc"), "'"),
        **dict.fromkeys(map(ord, "\u201c\u201d"), '"'),
        ord("\u2026"): "...",
    }
)
_ESCAPED = re.compile(r"\\([<>\[\]^*&~_|.`#+-])")
"""The registry's interface puts a backslash before the marks of Markdown."""
_SYMBOL = 3
"""Of units, words up to this length are symbols in which a capital says something: Mg is not mg."""
_UNITS = frozenset({"unit_of_measure", "units", "type_units_analyzed", "denom_units_selected"})


def wording_between(built: str, posted: str, field: str) -> str | None:
    """Name the rule by which two texts say the same; ``None`` where they do not.

    Parameters
    ----------
    built, posted
        The texts, not equal.
    field
        What the text is: in a unit of measure the capitals of symbols count.

    Examples
    --------
    >>> wording_between("Heart failure", " Heart  Failure", "term")
    'capitals'
    >>> wording_between("mg", "Mg", "unit_of_measure") is None
    True
    >>> wording_between("Participants", "participants", "unit_of_measure")
    'capitals'
    """
    one, two = " ".join(built.split()), " ".join(posted.split())
    if one == two:
        return BLANKS
    one, two = (" ".join(_plain(text).split()) for text in (one, two))
    if one == two:
        return MARKS
    if one.casefold() == two.casefold() and (field not in _UNITS or _same_symbols(one, two)):
        return CAPITALS
    return None


def _plain(text: str) -> str:
    return _ESCAPED.sub(r"\1", text).translate(_TYPOGRAPHIC)


def _same_symbols(one: str, two: str) -> bool:
    pairs = zip(one.split(), two.split(), strict=False)
    return all(a == b or (len(a) > _SYMBOL and a.isalpha()) for a, b in pairs)
