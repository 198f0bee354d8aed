"""A condition asked of a dataset: an expression into a Polars expression.

The answer is true or false for every row, never null. A comparison with a missing value is false,
whatever the operator; a text of blanks and a number that is not a number are missing, as SAS has it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from operator import eq, ge, gt, le, lt, ne
from typing import Literal as OneOf

import polars as pl

from topline.trial.condition_expressions import (
    And,
    Comparison,
    ConditionError,
    Expression,
    Literal,
    Membership,
    Missing,
    Not,
    Operand,
    Or,
    Variable,
    questions,
    variables,
)
from topline.trial.spelling import nearest

Kind = OneOf["text", "number", "date", "datetime", "time", "boolean", "other", "nothing"]

KINDS: Mapping[Kind, str] = {
    "text": "a text",
    "number": "a number",
    "date": "a date",
    "datetime": "a date and time",
    "time": "a time",
    "boolean": "true or false",
    "other": "no single value",
    "nothing": "nothing",
}
ACCEPTED: Mapping[Kind, str] = {
    "text": "a text in quotation marks, or a text variable",
    "number": "a number without quotation marks, or a numeric variable",
    "date": "date '2014-01-31', or a date variable",
    "datetime": "date '2014-01-31', '2014-01-31T09:30:00', or a date variable",
    "time": "'09:30:00', or a time variable",
    "boolean": "is missing or is not missing",
    "other": "a variable that holds one value a row",
    "nothing": "anything",
}
COMPARABLE: frozenset[tuple[Kind, Kind]] = frozenset(
    {
        ("text", "text"),
        ("number", "number"),
        ("date", "date"),
        ("datetime", "datetime"),
        ("time", "time"),
        ("boolean", "boolean"),
        ("date", "datetime"),
        ("datetime", "date"),
    }
)
READABLE: frozenset[tuple[Kind, Kind]] = frozenset(
    {("date", "text"), ("datetime", "text"), ("time", "text")}
)
"""A text literal beside a variable of these kinds is read as one of them."""
CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?"
DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"


def _moment(text: str) -> date:
    return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)


ISO_TEXT: Mapping[Kind, tuple[re.Pattern[str], Callable[[str], date | time]]] = {
    "date": (re.compile(DAY), date.fromisoformat),
    "datetime": (re.compile(f"{DAY}([T ]{CLOCK})?"), _moment),
    "time": (re.compile(CLOCK), time.fromisoformat),
}
TYPES: Sequence[tuple[Kind, tuple[type[pl.DataType], ...]]] = (
    ("text", (pl.String, pl.Categorical, pl.Enum)),
    ("date", (pl.Date,)),
    ("datetime", (pl.Datetime,)),
    ("time", (pl.Time,)),
    ("boolean", (pl.Boolean,)),
    # A column of nothing but missing values has no type of its own: no comparison is true of it.
    ("nothing", (pl.Null,)),
)
COMPARE: Mapping[str, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    "==": eq,
    "!=": ne,
    "<": lt,
    "<=": le,
    ">": gt,
    ">=": ge,
}


def kind_of(data_type: pl.DataType) -> Kind:
    """Tell the kind of values that a type holds.

    Parameters
    ----------
    data_type
        The type of a variable.

    Returns
    -------
    str
        ``text``, ``number``, ``date``, ``datetime``, ``time``, ``boolean``, ``nothing`` (a column
        of missing values only) or ``other`` (lists, durations and the like).

    Examples
    --------
    >>> kind_of(pl.Int16()), kind_of(pl.Datetime("ms"))
    ('number', 'datetime')
    """
    if data_type.is_numeric():
        return "number"
    return next((kind for kind, types in TYPES if isinstance(data_type, types)), "other")


def literal_kind(value: str | int | float | date) -> Kind:
    """Tell the kind of a literal.

    Parameters
    ----------
    value
        Its value.

    Returns
    -------
    str
        ``text``, ``date`` or ``number``.

    Examples
    --------
    >>> literal_kind("Y"), literal_kind(3)
    ('text', 'number')
    """
    if isinstance(value, str):
        return "text"
    return "date" if isinstance(value, date) else "number"


def to_expression(
    condition: Expression, schema: Mapping[str, pl.DataType], *, tidy: bool = False
) -> pl.Expr:
    """Turn a condition into a Polars expression over a dataset.

    Parameters
    ----------
    condition
        The condition.
    schema
        The dataset's variables and their types, as ``frame.schema``. A variable is found whatever
        its case.
    tidy
        Whether text is as a :class:`topline.trial.dataset.Dataset` has it: no value ends in a blank
        and none is empty. The answer is the same, many times faster.

    Returns
    -------
    polars.Expr
        True or false for every row, never null.

    Raises
    ------
    ConditionError
        A variable that the dataset does not have, with the nearest it has; or a comparison of two
        kinds of values, such as a text with a number.

    Examples
    --------
    >>> from topline.trial.conditions import parse_condition
    >>> frame = pl.DataFrame({"SEX": ["F", "M ", None, ""], "AGE": [70, 15, 40, None]})
    >>> for text in ("SEX == 'M'", "SEX != 'M'", "SEX is missing", "not AGE >= 18"):
    ...     asked = to_expression(parse_condition(text), frame.schema)
    ...     print(frame.select(asked).to_series().to_list())
    [False, True, False, False]
    [True, False, False, False]
    [False, False, True, True]
    [False, True, False, True]
    """
    return _Evaluation(condition, schema, tidy=tidy).expression(condition)


def condition_mistakes(
    condition: Expression, schema: Mapping[str, pl.DataType]
) -> tuple[ConditionError, ...]:
    """Find everything for which a condition cannot be asked of a dataset.

    Parameters
    ----------
    condition
        The condition.
    schema
        The dataset's variables and their types.

    Returns
    -------
    tuple of ConditionError
        Each variable that the dataset does not have, then each comparison, among variables that it
        has, of two kinds of values. Empty where :func:`to_expression` succeeds.

    Examples
    --------
    >>> from topline.trial.conditions import parse_condition
    >>> condition = parse_condition("SEXX == 'F' and AGE == '70' or SEX == 1")
    >>> for error in condition_mistakes(condition, {"SEX": pl.String(), "AGE": pl.Int64()}):
    ...     print(error.column, error.found)
    1 the variable SEXX, which the dataset does not have
    24 a text, '70', compared with AGE, which holds a number
    39 a number, 1, compared with SEX, which holds a text
    """
    evaluation = _Evaluation(condition, schema)
    unknown = [
        evaluation.unknown(variable)
        for variable in variables(condition)
        if variable.name not in evaluation.columns
    ]
    mismatched: list[ConditionError] = []
    for test in questions(condition):
        if all(variable.name in evaluation.columns for variable in variables(test)):
            try:
                evaluation.expression(test)
            except ConditionError as error:
                mismatched.append(error)
    return (*unknown, *mismatched)


def check_condition(condition: Expression, schema: Mapping[str, pl.DataType]) -> None:
    """Check that a condition can be asked of a dataset.

    Parameters
    ----------
    condition
        The condition.
    schema
        The dataset's variables and their types.

    Raises
    ------
    ConditionError
        The first of :func:`condition_mistakes`.

    Examples
    --------
    >>> from topline.trial.conditions import parse_condition
    >>> check_condition(parse_condition("AVALC == 'CR'"), {"AVAL": pl.Float64(), "ARM": pl.String()})
    Traceback (most recent call last):
    topline.trial.condition_expressions.ConditionError: found the variable AVALC, \
which the dataset does not have, accepted: AVAL, ARM; a text stands in quotation marks \
(did you mean AVAL?)
      where: the condition AVALC == 'CR'
    """
    for error in condition_mistakes(condition, schema):
        raise error


class _Evaluation:
    """One condition against one schema; every method that refuses says what of and why."""

    def __init__(
        self, condition: Expression, schema: Mapping[str, pl.DataType], *, tidy: bool = False
    ) -> None:
        self.text = str(condition)
        self.schema = schema
        self.tidy = tidy
        # Of two variables that differ only in case, the first is meant.
        self.columns = {name.upper(): name for name in reversed(list(schema))}

    def wrong(
        self, operand: Operand, found: str, accepted: str, near: str | None = None
    ) -> ConditionError:
        error = ConditionError(found, accepted, text=self.text, nearest=near)
        # Counted in the text as it was read, of which `self.text` is the canonical form.
        error.column = operand.column
        return error

    def expression(self, condition: Expression) -> pl.Expr:
        match condition:
            case And(terms):
                return self.balanced(terms, pl.Expr.__and__)
            case Or(terms):
                return self.balanced(terms, pl.Expr.__or__)
            case Not(term):
                return ~self.expression(term)
            case Missing(variable, negated):
                value = self.value(variable)
                return value.is_not_null() if negated else value.is_null()
            case Membership():
                return self.membership(condition)
            case Comparison():
                return self.comparison(condition)
            case _:
                return _constant(True)

    def balanced(
        self, terms: Sequence[Expression], join: Callable[[pl.Expr, pl.Expr], pl.Expr]
    ) -> pl.Expr:
        # Halved again and again: a chain of thousands of terms would nest as deep as it is long.
        if len(terms) == 1:
            return self.expression(terms[0])
        middle = len(terms) // 2
        return join(self.balanced(terms[:middle], join), self.balanced(terms[middle:], join))

    def type_of(self, variable: Variable) -> pl.DataType:
        """Find the type of a variable, whatever the case of its name."""
        name = self.columns.get(variable.name)
        if name is None:
            raise self.unknown(variable)
        return self.schema[name]

    def unknown(self, variable: Variable) -> ConditionError:
        names = list(self.schema)
        listed = ", ".join(names[:40]) + (f" and {len(names) - 40} more" if names[40:] else "")
        return self.wrong(
            variable,
            f"the variable {variable.name}, which the dataset does not have",
            f"{listed or 'no variable at all'}; a text stands in quotation marks",
            nearest(variable.name, names),
        )

    def value(self, variable: Variable) -> pl.Expr:
        """Give a variable's value as it is compared; null where it is missing."""
        data_type = self.type_of(variable)
        column = pl.col(self.columns[variable.name])
        match kind_of(data_type):
            case "text":
                trimmed = self.trimmed(variable)
                return trimmed if self.tidy else pl.when(trimmed != "").then(trimmed)
            case "number" if data_type.is_float() or data_type.is_decimal():
                exact = column if data_type == pl.Float64 else column.cast(pl.Float64)
                return exact.fill_nan(None)
            case "number":
                # 64 bits hold every integer in use; wider and unsigned ones compare as fractions.
                wide = data_type in (pl.UInt64, pl.Int128, pl.UInt128)
                return column.cast(pl.Float64 if wide else pl.Int64)
            case "datetime":
                return column.dt.replace_time_zone(None).cast(pl.Datetime("us"))
        return column

    def trimmed(self, variable: Variable) -> pl.Expr:
        """Give a text without its trailing blanks; a blank one stays, as an empty text."""
        column = pl.col(self.columns[variable.name])
        text = column if self.type_of(variable) == pl.String else column.cast(pl.String)
        return text if self.tidy else text.str.strip_chars_end(" ")

    def kind(self, operand: Operand) -> Kind:
        if isinstance(operand, Variable):
            return kind_of(self.type_of(operand))
        return literal_kind(operand.value)

    def comparison(self, condition: Comparison) -> pl.Expr:
        left, right = condition.left, condition.right
        kinds = self.agreed(left, right)
        if kinds is None:
            return _constant(False)
        if condition.operator == "==" and kinds == ("text", "text"):
            answer = self.same_text(left, right)
        else:
            answer = self.compared(condition, *kinds)
        return answer.fill_null(False)

    def compared(self, condition: Comparison, mine: Kind, theirs: Kind) -> pl.Expr:
        left, right = condition.left, condition.right
        return COMPARE[condition.operator](
            self.side(left, right, mine, theirs), self.side(right, left, theirs, mine)
        )

    def same_text(self, left: Operand, right: Operand) -> pl.Expr:
        # The commonest condition of all. Only one side need be free of blank texts, which no
        # literal is: that spares a second pass over a column of millions of rows.
        one, other = (left, right) if isinstance(left, Variable) else (right, left)
        if isinstance(one, Variable) and isinstance(other, Literal):
            text = str(other.value).rstrip(" ")
            return self.trimmed(one) == pl.lit(text or None, dtype=pl.String)
        return self.side(left, right, "text", "text") == self.side(right, left, "text", "text")

    def membership(self, condition: Membership) -> pl.Expr:
        variable = condition.variable
        for literal in condition.values:
            self.agreed(variable, literal)
        listed = self.listed(condition)
        if listed is None:
            among = self.balanced(
                [Comparison(variable, "==", value) for value in condition.values], pl.Expr.__or__
            )
        else:
            text = isinstance(listed[0], str)
            value = self.trimmed(variable) if text else self.value(variable).cast(pl.Float64)
            among = value.is_in(listed).fill_null(False)
        return self.value(variable).is_not_null() & ~among if condition.negated else among

    def listed(self, condition: Membership) -> list[str] | list[float] | None:
        """List the values of a membership, if the variable's own type is that of a list."""
        values = [literal.value for literal in condition.values]
        data_type = self.type_of(condition.variable)
        if kind_of(data_type) == "text":
            return [str(value).rstrip(" ") for value in values if str(value).strip(" ")] or [" "]
        if data_type == pl.Float64 or data_type.is_integer():
            return [float(value) for value in values if isinstance(value, int | float)]
        # Dates listed as dates or as texts, and 32-bit fractions, are compared one by one.
        return None

    def agreed(self, left: Operand, right: Operand) -> tuple[Kind, Kind] | None:
        """Give the kinds of two operands if they may be compared, none where one is never there."""
        kinds = self.kind(left), self.kind(right)
        if "nothing" in kinds:
            return None
        if kinds in COMPARABLE:
            return kinds
        # The variable's kind is a fact of the data: it is the other side that does not fit it.
        one, other = (left, right) if isinstance(left, Variable) else (right, left)
        mine, theirs = self.kind(one), self.kind(other)
        if isinstance(other, Literal) and (mine, theirs) in READABLE:
            self.read_literal(other, mine)
            return kinds
        raise self.wrong(
            other,
            f"{KINDS[theirs]}, {other}, compared with {one}, which holds {KINDS[mine]}",
            ACCEPTED[mine],
        )

    def read_literal(self, literal: Literal, kind: Kind) -> date | time:
        """Read a text that stands beside a date or time as one."""
        text = str(literal.value).strip()
        pattern, read = ISO_TEXT[kind]
        if pattern.fullmatch(text):
            try:
                return read(text)
            except ValueError:
                pass  # no such day or hour: reported below like any other wrong text
        raise self.wrong(
            literal, f"the text {literal}, compared with {KINDS[kind]}", ACCEPTED[kind]
        )

    def side(self, operand: Operand, other: Operand, mine: Kind, theirs: Kind) -> pl.Expr:
        if isinstance(operand, Variable):
            column = self.value(operand)
            return column.dt.date() if mine == "datetime" and self.by_day(other, theirs) else column
        value = operand.value
        if isinstance(value, str) and theirs == "text":
            return pl.lit(value.rstrip(" "))
        if isinstance(value, str):
            return pl.lit(self.read_literal(operand, theirs))
        if isinstance(other, Variable) and self.type_of(other) == pl.Float32:
            # 0.1 in 32 bits is another number than in 64: the literal is rounded as the data were.
            return pl.lit(value, dtype=pl.Float32).cast(pl.Float64)
        return pl.lit(value)

    def by_day(self, other: Operand, kind: Kind) -> bool:
        """Tell whether a date and time is compared with a day, and so by its day."""
        if kind == "text" and isinstance(other, Literal):
            return not isinstance(self.read_literal(other, "datetime"), datetime)
        return kind == "date"


def _constant(answer: bool) -> pl.Expr:
    return pl.repeat(answer, pl.len(), dtype=pl.Boolean)
