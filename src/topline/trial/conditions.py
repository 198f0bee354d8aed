"""The condition language: a text into an expression, never through ``eval``.

The grammar and the meaning of missing values are on the reference page ``conditions``; what
a condition is made of, in :mod:`topline.trial.condition_expressions`; how it is asked of data, in
:mod:`topline.trial.condition_evaluation`.
"""

import re
from collections.abc import Callable
from datetime import date

from topline.trial.condition_expressions import (
    And,
    Comparison,
    ConditionError,
    EveryRow,
    Expression,
    Literal,
    Membership,
    Missing,
    Not,
    Operand,
    Operator,
    Or,
    Variable,
    all_of,
    any_of,
    variables,
)
from topline.trial.condition_tokens import Token, number_value, tokens

__all__ = [
    "And",
    "Comparison",
    "ConditionError",
    "EveryRow",
    "Expression",
    "Literal",
    "Membership",
    "Missing",
    "Not",
    "Or",
    "Variable",
    "all_of",
    "any_of",
    "parse_condition",
    "variables",
]

LONGEST = 20_000
"""A condition may be so long: [characters]."""
DEEPEST = 40
"""Brackets and ``not`` may be nested so deep: [levels]."""
RESERVED = {"and", "or", "not", "in", "is", "true"}
"""Words that are no variable."""

OPERATORS: dict[str, Operator] = {
    "==": "==",
    "!=": "!=",
    "<": "<",
    "<=": "<=",
    ">": ">",
    ">=": ">=",
}
# The operators of SAS and SQL that are words.
WORDS = {
    "eq": "==",
    "ne": "!=",
    "lt": "<",
    "le": "<=",
    "gt": ">",
    "ge": ">=",
    "like": "== or in [..]; conditions do not search inside a text",
    "contains": "== or in [..]; conditions do not search inside a text",
    "between": "two comparisons joined with and",
    "equals": "==",
}
AFTER_OPERAND = "==, !=, <, <=, >, >=, in [..], not in [..], is missing or is not missing"
AFTER_TEST = "and, or, or the end of the condition"
ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def parse_condition(text: str) -> Expression:
    """Read a condition.

    Parameters
    ----------
    text
        The condition, at most :data:`LONGEST` characters and :data:`DEEPEST` levels of brackets.

    Returns
    -------
    Expression
        What it says; ``str()`` of it is its canonical text.

    Raises
    ------
    ConditionError
        The first mistake: its column, what was found and what is accepted.

    Examples
    --------
    >>> str(parse_condition('paramcd=="OS" AND (ittfl == "Y" or not dthdt is missing)'))
    "PARAMCD == 'OS' and (ITTFL == 'Y' or not (DTHDT is missing))"
    >>> parse_condition("SEX = 'F'")
    Traceback (most recent call last):
    topline.trial.condition_expressions.ConditionError: found =, accepted: == (two signs mean equal)
      where: column 5 of the condition SEX = 'F'
    """
    if len(text) > LONGEST:
        raise ConditionError(
            f"a condition of {len(text):,} characters",
            f"at most {LONGEST:,} characters",
            text=text,
            column=LONGEST + 1,
        )
    return _Parser(text).condition()


class _Parser:
    """A recursive descent over the tokens; one method is one rule of the grammar."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokens(text)
        self.position = 0
        self.depth = 0

    @property
    def here(self) -> Token:
        return self.tokens[self.position]

    def take(self) -> Token:
        token = self.here
        if token.kind != "end":
            self.position += 1
        return token

    def ended(self) -> bool:
        return self.here.kind == "end"

    def taken(self, *words: str) -> bool:
        """Take these words, in any case, if they stand here."""
        ahead = self.tokens[self.position : self.position + len(words)]
        if [token.keyword for token in ahead] != list(words):
            return False
        self.position += len(words)
        return True

    def mark(self, mark: str) -> bool:
        if self.here.kind != "mark" or self.here.text != mark:
            return False
        self.position += 1
        return True

    def wrong(self, accepted: str, token: Token | None = None) -> ConditionError:
        token = token or self.here
        return ConditionError(token.shown(), accepted, text=self.text, column=token.column)

    def condition(self) -> Expression:
        if self.ended():
            raise self.wrong("a condition such as SEX == 'F'")
        whole = self.disjunction()
        if not self.ended():
            raise self.wrong(self.after_test())
        return whole

    def after_test(self) -> str:
        if self.here.kind == "operator":
            return "one comparison at a time, such as 1 < AVAL and AVAL < 3"
        if self.here.kind == "mark" and self.here.text == ",":
            return f"{AFTER_TEST}; a number is written with a point"
        if self.here.keyword == "d" and self.tokens[self.position - 1].kind == "text":
            return "a date as date '2014-01-31'"
        return AFTER_TEST

    def nested(self, rule: Callable[[], Expression]) -> Expression:
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.wrong(f"at most {DEEPEST} levels of brackets and not")
        inside = rule()
        self.depth -= 1
        return inside

    def disjunction(self) -> Expression:
        terms = [self.conjunction()]
        while self.taken("or"):
            terms.append(self.conjunction())
        return any_of(terms)

    def conjunction(self) -> Expression:
        terms = [self.negation()]
        while self.taken("and"):
            terms.append(self.negation())
        return all_of(terms)

    def negation(self) -> Expression:
        if self.taken("not"):
            return Not(self.nested(self.negation))
        if self.mark("("):
            inside = self.nested(self.disjunction)
            if not self.mark(")"):
                raise self.wrong(") to close the bracket, and, or or")
            return inside
        if self.taken("true"):
            return EveryRow()
        return self.test()

    def test(self) -> Expression:
        left = self.operand("a variable, a quoted text, a number, not or an opening bracket")
        if isinstance(left, Variable):
            if self.taken("is"):
                return self.missing(left)
            if self.taken("not", "in"):
                return Membership(left, self.listed(), negated=True)
            if self.taken("in"):
                return Membership(left, self.listed())
        operator = self.here
        if operator.kind != "operator":
            raise self.no_operator(left)
        self.take()
        right = self.operand("a variable, a quoted text, a number or a date")
        if isinstance(left, Literal) and isinstance(right, Literal):
            raise self.wrong("a variable on one side of the comparison", operator)
        return Comparison(left, OPERATORS[operator.text], right)

    def missing(self, variable: Variable) -> Expression:
        negated = self.taken("not")
        if not self.taken("missing"):
            raise self.wrong("missing, as in DTHDT is missing or DTHDT is not missing")
        return Missing(variable, negated)

    def no_operator(self, left: Operand) -> ConditionError:
        word = self.here.keyword
        if word in WORDS:
            return self.wrong(WORDS[word])
        if isinstance(left, Literal):
            return self.wrong("==, !=, <, <=, > or >=")
        if self.here.kind in ("end", "mark") or word in ("and", "or"):
            return self.wrong(f"{AFTER_OPERAND}, as in {left.name} == 'Y'")
        return self.wrong(AFTER_OPERAND)

    def operand(self, accepted: str) -> Operand:
        token = self.here
        if token.keyword in RESERVED or token.kind in ("end", "operator", "mark"):
            raise self.wrong(accepted)
        if token.kind == "name" and self.literal_date_ahead():
            return self.literal()
        if token.kind == "name":
            self.take()
            return self.variable(token)
        return self.literal()

    def literal_date_ahead(self) -> bool:
        return self.here.keyword == "date" and self.tokens[self.position + 1].kind == "text"

    def variable(self, token: Token) -> Variable:
        if self.here.kind == "mark" and self.here.text == "(":
            raise self.wrong(
                "a variable without brackets; there are no functions, and a missing value is "
                "asked for as in DTHDT is missing",
                token,
            )
        return Variable(token.text.upper(), token.column)

    def listed(self) -> tuple[Literal, ...]:
        if not self.mark("["):
            raise self.wrong("a list in square brackets, such as ['CR', 'PR']")
        values: list[Literal] = []
        while True:
            values.append(self.literal())
            if self.mark("]"):
                return tuple(values)
            if not self.mark(","):
                raise self.wrong("a comma, or ] to close the list")

    def literal(self) -> Literal:
        token = self.here
        if self.literal_date_ahead():
            self.take()
            return Literal(self.date(self.take()), token.column)
        if token.kind == "text":
            return Literal(self.take().text, token.column)
        if token.kind == "number":
            return Literal(number_value(self.take().text), token.column)
        quoted = f", such as '{token.text[:40]}'" if token.kind == "name" else ""
        raise self.wrong(f"a text in quotation marks{quoted}, a number or a date")

    def date(self, token: Token) -> date:
        if ISO_DATE.fullmatch(token.text):
            try:
                return date.fromisoformat(token.text)
            except ValueError:
                pass  # the calendar has no such day: reported below like any other wrong date
        raise self.wrong("a day of the calendar as in date '2014-01-31'", token)
