"""Conditions as text: joined, negated and made from values, so that provenance can be asked again.

What a record's provenance says of the rows behind a number is a condition of the specification's
language: whoever asks it of the dataset, within the population and the group, finds those rows.
"""

from collections.abc import Iterable

from topline.trial.conditions import Literal, Membership, Not, Variable, all_of, parse_condition


def every(*conditions: str | None) -> str:
    """Join conditions that must all hold.

    Examples
    --------
    >>> every("TRTEMFL == 'Y'", None, "true", "AESER == 'Y' or AESDTH == 'Y'")
    "TRTEMFL == 'Y' and (AESER == 'Y' or AESDTH == 'Y')"
    >>> every()
    'true'
    """
    return str(all_of(parse_condition(condition) for condition in conditions if condition))


def negated(condition: str) -> str:
    """Say that a condition does not hold; a comparison with a missing value does not.

    Examples
    --------
    >>> negated("EOSSTT == 'COMPLETED'")
    "not (EOSSTT == 'COMPLETED')"
    """
    return str(Not(parse_condition(condition)))


def present(variable: str) -> str:
    """Say that a variable has a value.

    Examples
    --------
    >>> present("aval")
    'AVAL is not missing'
    """
    return f"{variable.upper()} is not missing"


def among(variable: str, values: Iterable[str | int | float]) -> str:
    r"""Say that a variable has one of some values.

    Examples
    --------
    >>> among("AVALC", ["CR", "Crohn's"]), among("AVAL", [1, 2.5])
    ("AVALC in ['CR', 'Crohn''s']", 'AVAL in [1, 2.5]')
    >>> among("TERM", ["A\\B"])
    "TERM in ['A\\\\B']"
    """
    return str(Membership(Variable(variable.upper()), tuple(Literal(value) for value in values)))
