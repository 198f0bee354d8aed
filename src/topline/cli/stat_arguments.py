"""Numbers as they are written at a command line: ``8/27``, ``20,5.1,1.2``, ``12,5;9,3``."""

from collections.abc import Collection, Iterable, Mapping
from typing import TypeVar

from topline.errors import UsageError

_Entry = TypeVar("_Entry")


def share(text: str, name: str) -> tuple[float, float]:
    """Take a count of a number, or events over person-time.

    Examples
    --------
    >>> share("7/53.2", "RATE")
    (7.0, 53.2)
    >>> share("8 of 27", "GROUP")
    Traceback (most recent call last):
        ...
    topline.errors.UsageError: '8 of 27' is not two numbers with a slash between them
      where: GROUP
      accepted: the count, a slash and the whole, such as 8/27
    """
    parts = text.split("/")
    try:
        first, second = map(float, parts)
    except ValueError:
        raise UsageError(
            f"{text!r} is not two numbers with a slash between them",
            where=name,
            accepted="the count, a slash and the whole, such as 8/27",
        ) from None
    return first, second


def numbers(text: str, name: str, expected: Collection[str] = ()) -> tuple[float, ...]:
    """Take numbers with commas between them.

    Parameters
    ----------
    text, name
        What was written, and for which argument.
    expected
        What the numbers mean, where there must be so many.

    Examples
    --------
    >>> numbers("20,5.1,1.2", "SUMMARY", ("n", "mean", "sd"))
    (20.0, 5.1, 1.2)
    """
    accepted = ",".join(expected) or "numbers with commas between them, such as 1,2,3"
    try:
        found = tuple(float(part) for part in text.split(","))
    except ValueError:
        raise UsageError(
            f"{text!r} is not a list of numbers", where=name, accepted=accepted
        ) from None
    if expected and len(found) != len(expected):
        raise UsageError(
            f"{text!r} holds {len(found)} numbers, not {len(expected)}",
            where=name,
            accepted=accepted,
        )
    return found


def rows(text: str, name: str) -> list[tuple[float, ...]]:
    """Take a table: rows with semicolons between them, each of them numbers with commas.

    Examples
    --------
    >>> rows("12,5;9,3", "TABLE")
    [(12.0, 5.0), (9.0, 3.0)]
    """
    found = [numbers(row, name) for row in text.split(";")]
    if len({len(row) for row in found}) > 1:
        raise UsageError(
            f"the rows of {text!r} differ in length",
            where=name,
            accepted="as many numbers in each row, such as 12,5;9,3",
        )
    return found


def chosen(
    method: str | None, methods: Mapping[str, _Entry] | Iterable[str], what: str = "method"
) -> list[str]:
    """Return the one method (or ``what`` else is chosen) that was named, once it is sure that it exists, or all.

    Examples
    --------
    >>> chosen("wald", {"wald": 1, "wilson": 2}), chosen(None, ("wald", "wilson"))
    (['wald'], ['wald', 'wilson'])
    """
    from topline.stats.checking import known

    names = list(methods)
    return names if method is None else [known(what, method, names)]
