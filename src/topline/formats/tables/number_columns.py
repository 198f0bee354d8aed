"""The six columns of a posted number, with what each says."""

from topline.formats.tables.posted_numbers import SUFFIXES
from topline.formats.tables.table import Column
from topline.record.addresses import field_names
from topline.record.node import Node

_SAYS = (
    "as a number; empty where only a bound or no number was posted",
    "exactly as posted",
    "the smallest number that prints so (a count is exact)",
    "the largest number that prints so (a count is exact)",
    "the sign of a bound, such as < in <0.001, whose limit is the possible end before it",
    "why there is no number, such as: not estimable",
)


def number_columns(node: type[Node], name: str, meaning: str) -> tuple[Column, ...]:
    """Return the columns of a number that the record holds as text.

    Parameters
    ----------
    node
        The record's type that has the number.
    name
        Of its field.
    meaning
        What the number is, with its unit.

    Examples
    --------
    >>> from topline.record.results import Measurement
    >>> columns = number_columns(Measurement, "lower_limit", "Lower end")
    >>> [column.name for column in columns][:3], columns[1].cell
    (['lower_limit', 'lower_limit_text', 'lower_limit_from'], 'lowerLimit')
    """
    posted = {field: camel for camel, field in field_names(node).items()}[name]
    return tuple(
        Column(
            f"{name}{suffix}",
            "number" if suffix in ("", "_from", "_to") else "text",
            f"{meaning}: {says}.",
            cell=posted if suffix == "_text" else None,
        )
        for suffix, says in zip(SUFFIXES, _SAYS, strict=True)
    )


def count_column(node: type[Node], name: str, meaning: str) -> Column:
    """Return the column of a number that the record holds as an integer.

    Parameters
    ----------
    node, name, meaning
        As :func:`number_columns`.
    """
    posted = {field: camel for camel, field in field_names(node).items()}[name]
    return Column(name, "integer", f"{meaning}.", cell=posted)
