"""Conditions of the specification as where clauses of the Analysis Results Standard.

The standard compares a variable with values; it has no word for missing, no comparison of two
variables, and does not say what a comparison with a missing value is. A condition here is never
true of a missing value, so a clause that another system could take to be true of one also asks for
a value. Missing is written as equal to the empty text.
"""

from datetime import date
from typing import Any

from topline.trial.conditions import (
    And,
    Comparison,
    EveryRow,
    Expression,
    Literal,
    Membership,
    Missing,
    Not,
    Or,
    Variable,
    parse_condition,
)

Clause = dict[str, Any]
"""A where clause as the JSON of the standard: ``level``, ``order`` and what is asked."""

_COMPARATORS = {"==": "EQ", "!=": "NE", "<": "LT", "<=": "LE", ">": "GT", ">=": "GE"}
_TURNED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_TRUE_OF_MISSING = ("NE", "NOTIN", "LT", "LE")
"""Comparators that SAS, where a missing value is smallest, takes to be true of one."""


def where_clause(dataset: str, condition: str) -> Clause | None:
    """Write a condition as a where clause of the standard, at level 1.

    Parameters
    ----------
    dataset
        The dataset whose variables it names.
    condition
        The condition.

    Returns
    -------
    dict or None
        ``condition`` or ``compoundExpression`` with ``level`` and ``order``; ``None`` where every
        row is meant, or the standard cannot say it (a comparison of two variables).

    Examples
    --------
    >>> where_clause("ADSL", "SEX in ['F']")["condition"]
    {'dataset': 'ADSL', 'variable': 'SEX', 'comparator': 'EQ', 'value': ['F']}
    >>> where_clause("ADAE", "ASTDT > TRTSDT") is None
    True
    """
    try:
        return _clause(dataset, parse_condition(condition), 1, 1)
    except _Unsayable:
        return None


class _Unsayable(Exception):
    """The standard has no words for a condition."""


def _clause(dataset: str, asked: Expression, level: int, order: int) -> Clause:
    match asked:
        case And(terms=terms):
            return _compound(dataset, "AND", terms, level, order)
        case Or(terms=terms):
            return _compound(dataset, "OR", terms, level, order)
        case Not(term=term):
            return _compound(dataset, "NOT", (term,), level, order)
        case Missing(variable=variable, negated=negated):
            return _simple(dataset, variable, "NE" if negated else "EQ", ("",), level, order)
        case Membership(variable=variable, values=values, negated=negated):
            many, one = ("NOTIN", "NE") if negated else ("IN", "EQ")
            comparator = many if len(values) > 1 else one
            texts = tuple(_text(value) for value in values)
            return _present(dataset, variable, comparator, texts, level, order)
        case Comparison():
            return _comparison(dataset, asked, level, order)
        case _:
            assert isinstance(asked, EveryRow)  # the grammar has no other expression
            raise _Unsayable


def _compound(
    dataset: str, operator: str, terms: tuple[Expression, ...], level: int, order: int
) -> Clause:
    inside = [_clause(dataset, term, level + 1, place) for place, term in enumerate(terms, 1)]
    expression = {"logicalOperator": operator, "whereClauses": inside}
    return {"level": level, "order": order, "compoundExpression": expression}


def _comparison(dataset: str, asked: Comparison, level: int, order: int) -> Clause:
    left, operator, right = asked.left, asked.operator, asked.right
    if isinstance(left, Literal):
        left, right, operator = right, left, _TURNED[operator]  # type: ignore[assignment] # the same set
    if not isinstance(left, Variable) or not isinstance(right, Literal):
        raise _Unsayable
    comparator = _COMPARATORS[operator]
    return _present(dataset, left, comparator, (_text(right),), level, order)


def _present(
    dataset: str,
    variable: Variable,
    comparator: str,
    values: tuple[str, ...],
    level: int,
    order: int,
) -> Clause:
    """Compare, and ask for a value where the comparison could be true without one."""
    if comparator not in _TRUE_OF_MISSING:
        return _simple(dataset, variable, comparator, values, level, order)
    both = [
        _simple(dataset, variable, "NE", ("",), level + 1, 1),
        _simple(dataset, variable, comparator, values, level + 1, 2),
    ]
    expression = {"logicalOperator": "AND", "whereClauses": both}
    return {"level": level, "order": order, "compoundExpression": expression}


def _simple(
    dataset: str,
    variable: Variable,
    comparator: str,
    values: tuple[str, ...],
    level: int,
    order: int,
) -> Clause:
    condition = {
        "dataset": dataset,
        "variable": variable.name,
        "comparator": comparator,
        "value": list(values),
    }
    return {"level": level, "order": order, "condition": condition}


def _text(literal: Literal) -> str:
    value = literal.value
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, str) else f"{value:.15g}"
