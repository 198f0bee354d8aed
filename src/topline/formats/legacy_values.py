"""Values as the registry's older forms print them: labels, dates, Yes and No, whole numbers.

Each kind is a mapping from what stands in a document to what the record holds; what it cannot read
is ``None``, never a guess. A mapping is faster than a function, and what was read once is kept.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from topline.errors import DocumentError
from topline.record.codes import CODE_LISTS

_MONTHS = MappingProxyType(
    {
        name: number
        for number, name in enumerate(
            (
                "January",
                "February",
                "March",
                "April",
                "May",
                "June",
                "July",
                "August",
                "September",
                "October",
                "November",
                "December",
            ),
            start=1,
        )
    }
)
_DATE = re.compile(rf"({'|'.join(_MONTHS)}) (?:(0?[1-9]|[12][0-9]|3[01]), )?([12][0-9]{{3}})")
_NUMBERED_DATE = re.compile(
    r"(?:(0[1-9]|1[0-2])/)?(?:(0[1-9]|[12][0-9]|3[01])/)?([1-3][0-9]{3})(?: ([0-2][0-9]:[0-5][0-9]))?"
)
_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,15}")
_KEPT = 10_000  # readings; more of one kind than this are not repetitions that are worth keeping


class Words(dict[str, Any]):
    """What stands in a document, and what the record holds for it; ``None`` if it has no place.

    Examples
    --------
    >>> Words({"Yes": True})["Maybe"] is None
    True
    """

    def __missing__(self, text: str) -> Any:
        """Return ``None`` for what is not known."""
        return None


class KeptWords(dict[str, Any]):
    """Labels that become codes, in a field that holds any text: what has no code stays as it is.

    Examples
    --------
    >>> labels("MeasureParam")["Least Squares Mean"], labels("MeasureParam")["Mode"]
    ('LEAST_SQUARES_MEAN', 'Mode')
    """

    def __missing__(self, text: str) -> str:
        """Return the text itself."""
        return text


def labels(code_list: str, also: Mapping[str, str] = MappingProxyType({})) -> KeptWords:
    """Return the labels of a code list with their codes.

    Parameters
    ----------
    code_list
        A name of ``record.codes.CODE_LISTS``.
    also
        Labels of older years, with the code that took their place.
    """
    return KeptWords({label: code for code, label in CODE_LISTS[code_list].items()} | dict(also))


class Dates(dict[str, Any]):
    """Dates as printed, and as the record writes them.

    Examples
    --------
    >>> DATES["April 8, 2003"], DATES["May 2018"], DATES["04/2007"], DATES["10/27/2022 10:03"]
    ('2003-04-08', '2018-05', '2007-04', '2022-10-27T10:03')
    >>> DATES["Unknown"] is None
    True
    """

    def __missing__(self, text: str) -> str | None:
        """Read a date; ``None`` if it is none."""
        found = _read_date(text)
        if found is not None and len(self) < _KEPT:
            self[text] = found
        return found


class WholeNumbers(dict[str, Any]):
    """Whole numbers in their digits; a decimal, a comma or a sign other than minus is not read.

    Examples
    --------
    >>> WHOLE_NUMBERS["819"], WHOLE_NUMBERS["1,234"], WHOLE_NUMBERS["12.0"]
    (819, None, None)
    """

    def __missing__(self, text: str) -> int | None:
        """Read a whole number; ``None`` if it is none, or another spelling of one."""
        if _WHOLE_NUMBER.fullmatch(text) is None:
            return None
        number = int(text)
        if str(number) != text:  # "007" would come out as another text than went in
            return None
        if len(self) < _KEPT:
            self[text] = number
        return number


class GroupIds(dict[str, Any]):
    """The group ids of one kind of group of a document, as the registry writes them today.

    ``P1`` of a participant flow is ``FG000``; an id of another form stays as it is.

    Parameters
    ----------
    letter
        The letter before the number in the older form.
    code
        The letters before the number in the record.
    place
        The document, for errors.

    Examples
    --------
    >>> GroupIds("P", "FG", "a.xml")["P12"], GroupIds("P", "FG", "a.xml")["group 1"]
    ('FG011', 'group 1')
    """

    def __init__(self, letter: str, code: str, place: str) -> None:
        super().__init__()
        self._form = re.compile(rf"{letter}([1-9][0-9]{{0,2}})")
        self._code = code
        self._place = place
        self._given: set[str] = set()

    def __missing__(self, text: str) -> str:
        """Return the id, or raise ``DocumentError`` where two groups would become one."""
        match = self._form.fullmatch(text)
        found = text if match is None else f"{self._code}{int(match[1]) - 1:03}"
        if found in self._given:
            raise DocumentError(
                f"two groups would both become {found[:100]!r} in the record, one of them {text[:100]!r}",
                where=self._place,
                accepted="groups numbered throughout in one way",
                advice="give the groups of the document ids of one form",
            )
        self._given.add(found)
        self[text] = found
        return found


DATES = Dates()
WHOLE_NUMBERS = WholeNumbers()
YES_OR_NO = Words({"Yes": True, "No": False, "yes": True, "no": False, "Y": True, "N": False})


def _read_date(text: str) -> str | None:
    printed = _DATE.fullmatch(text)
    if printed is not None:
        day = f"-{int(printed[2]):02}" if printed[2] else ""
        return f"{printed[3]}-{_MONTHS[printed[1]]:02}{day}"
    numbered = _NUMBERED_DATE.fullmatch(text)
    if numbered is None or (numbered[2] and not numbered[1]) or (numbered[4] and not numbered[2]):
        return None
    month, day, year, minute = numbered.groups()
    return (
        year
        + "".join(f"-{part}" for part in (month, day) if part)
        + (f"T{minute}" if minute else "")
    )
