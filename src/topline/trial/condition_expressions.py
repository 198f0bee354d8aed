"""What a condition is: a closed set of frozen nodes, and the text each is written as.

A condition says of every row of a dataset whether it counts. ``str()`` of a node is its canonical
text, and reading that text gives an equal node.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Literal as OneOf

from topline.errors import SpecificationError

Operator = OneOf["==", "!=", "<", "<=", ">", ">="]


class ConditionError(SpecificationError):
    """A condition that cannot be read, or that does not fit the data it is asked of.

    Parameters
    ----------
    found
        What stands there.
    accepted
        What would be right, with how to mend it.
    text
        The condition.
    column
        Where in the text, from 1; ``None`` where no single place is at fault.
    nearest
        The name that was probably meant.

    Examples
    --------
    >>> print(ConditionError("=", "==", text="SEX = 'F'", column=5))
    found =, accepted: ==
      where: column 5 of the condition SEX = 'F'
    """

    def __init__(
        self,
        found: str,
        accepted: str,
        *,
        text: str = "",
        column: int | None = None,
        nearest: str | None = None,
    ) -> None:
        meant = f" (did you mean {nearest}?)" if nearest else ""
        super().__init__(f"found {found}, accepted: {accepted}{meant}")
        self.found = found
        self.accepted = accepted
        self.text = text
        self.column = column
        self.nearest = nearest
        if text:
            shown = text if len(text) <= 200 else text[:200] + "…"
            place = f"column {column} of the condition" if column else "the condition"
            self.where = f"{place} {shown}"

    def __str__(self) -> str:
        return self.message if self.where is None else f"{self.message}\n  where: {self.where}"


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of the dataset; its name is in upper case.

    Attributes
    ----------
    name
        The name.
    column
        Where it stands in the text it was read from; does not count in comparisons.
    """

    name: str
    column: int | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Literal:
    """A text, number or date.

    Attributes
    ----------
    value
        The value. Trailing blanks of a text do not count when it is compared.
    column
        Where it stands in the text it was read from; does not count in comparisons.
    """

    value: str | int | float | date
    column: int | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        if isinstance(self.value, str):
            inside = self.value.replace("\\", "\\\\").replace("'", "''")
            return f"'{inside}'"
        if isinstance(self.value, date):
            return f"date '{self.value.isoformat()}'"
        return repr(self.value)


Operand = Variable | Literal


class Expression:
    """The base of every condition."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class EveryRow(Expression):
    """True of every row; written ``true``."""

    def __str__(self) -> str:
        return "true"


@dataclass(frozen=True, slots=True)
class Comparison(Expression):
    """A variable compared with a literal or another variable; never true of a missing value."""

    left: Operand
    operator: Operator
    right: Operand

    def __str__(self) -> str:
        return f"{self.left} {self.operator} {self.right}"


@dataclass(frozen=True, slots=True)
class Membership(Expression):
    """A variable among listed literals, or (``negated``) not; never true of a missing value."""

    variable: Variable
    values: tuple[Literal, ...]
    negated: bool = False

    def __str__(self) -> str:
        listed = ", ".join(str(value) for value in self.values)
        return f"{self.variable} {'not in' if self.negated else 'in'} [{listed}]"


@dataclass(frozen=True, slots=True)
class Missing(Expression):
    """A variable without a value, or (``negated``) with one. A text of blanks is missing."""

    variable: Variable
    negated: bool = False

    def __str__(self) -> str:
        return f"{self.variable} {'is not missing' if self.negated else 'is missing'}"


@dataclass(frozen=True, slots=True)
class And(Expression):
    """True where every term is; at least two terms, none of them an ``And`` itself."""

    terms: tuple[Expression, ...]

    def __str__(self) -> str:
        return " and ".join(_inside(term) for term in self.terms)


@dataclass(frozen=True, slots=True)
class Or(Expression):
    """True where any term is; at least two terms, none of them an ``Or`` itself."""

    terms: tuple[Expression, ...]

    def __str__(self) -> str:
        return " or ".join(_inside(term) for term in self.terms)


@dataclass(frozen=True, slots=True)
class Not(Expression):
    """True where the term is not, so also of a comparison with a missing value."""

    term: Expression

    def __str__(self) -> str:
        return f"not ({self.term})"


def _inside(term: Expression) -> str:
    return f"({term})" if isinstance(term, And | Or) else str(term)


def all_of(conditions: Iterable[Expression | None]) -> Expression:
    """Combine conditions so that all of them must hold.

    Parameters
    ----------
    conditions
        The conditions; ``None`` stands for one that was left out and asks nothing.

    Returns
    -------
    Expression
        Their conjunction; :class:`EveryRow` where nothing is asked.

    Examples
    --------
    >>> one = Comparison(Variable("ITTFL"), "==", Literal("Y"))
    >>> str(all_of([one, None, Missing(Variable("DTHDT"), negated=True)]))
    "ITTFL == 'Y' and DTHDT is not missing"
    >>> str(all_of([]))
    'true'
    """
    terms: list[Expression] = []
    for condition in conditions:
        if isinstance(condition, And):
            terms.extend(condition.terms)
        elif condition is not None and not isinstance(condition, EveryRow):
            terms.append(condition)
    if not terms:
        return EveryRow()
    return terms[0] if len(terms) == 1 else And(tuple(terms))


def any_of(conditions: Iterable[Expression]) -> Expression:
    """Combine conditions so that at least one must hold.

    Parameters
    ----------
    conditions
        At least one condition.

    Returns
    -------
    Expression
        Their disjunction.

    Raises
    ------
    ValueError
        Where there is no condition: a condition that never holds cannot be written.

    Examples
    --------
    >>> women = Comparison(Variable("SEX"), "==", Literal("F"))
    >>> str(any_of([women, Comparison(Variable("AGE"), "<", Literal(18))]))
    "SEX == 'F' or AGE < 18"
    """
    terms: list[Expression] = []
    for condition in conditions:
        terms.extend(condition.terms if isinstance(condition, Or) else (condition,))
    if not terms:
        raise ValueError("any_of needs at least one condition")
    return terms[0] if len(terms) == 1 else Or(tuple(terms))


def variables(condition: Expression) -> tuple[Variable, ...]:
    """List the variables of a condition, each once, in the order they are first named.

    Parameters
    ----------
    condition
        The condition.

    Returns
    -------
    tuple of Variable
        The variables, with the column of their first use.

    Examples
    --------
    >>> either = any_of([Missing(Variable("B")), Comparison(Variable("A"), "<", Variable("B"))])
    >>> [variable.name for variable in variables(either)]
    ['B', 'A']
    """
    found: dict[str, Variable] = {}
    for test in questions(condition):
        for operand in _operands(test):
            if isinstance(operand, Variable):
                found.setdefault(operand.name, operand)
    return tuple(found.values())


def questions(condition: Expression) -> Iterator[Expression]:
    """List what a condition asks of single variables, in the order of its text.

    Parameters
    ----------
    condition
        The condition.

    Yields
    ------
    Expression
        Its comparisons, memberships and questions for missing values.

    Examples
    --------
    >>> either = any_of([Missing(Variable("B")), Not(Comparison(Variable("A"), "<", Literal(1)))])
    >>> [str(test) for test in questions(either)]
    ['B is missing', 'A < 1']
    """
    waiting: list[Expression] = [condition]
    while waiting:
        part = waiting.pop()
        if isinstance(part, And | Or):
            waiting.extend(reversed(part.terms))
        elif isinstance(part, Not):
            waiting.append(part.term)
        elif not isinstance(part, EveryRow):
            yield part


def _operands(test: Expression) -> tuple[Operand, ...]:
    if isinstance(test, Comparison):
        return (test.left, test.right)
    return (test.variable,) if isinstance(test, Membership | Missing) else ()
