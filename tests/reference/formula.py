"""The few forms of R's model formulas that reference cases use: sums of names, products ``a * b`` and ``a:b``."""

import re
from collections.abc import Sequence

Term = tuple[str, ...]


def parse_formula(formula: str) -> tuple[str, list[Term]]:
    """Give the response and the terms, in the order R gives them.

    >>> parse_formula("y ~ age + arm * visit")
    ('y', [('age',), ('arm',), ('visit',), ('arm', 'visit')])
    """
    response, _, right = (part.strip() for part in formula.partition("~"))
    if not re.fullmatch(r"[\w.:*+\s]+", right):
        raise ValueError(f"no rule for the formula {formula!r}")
    terms: dict[frozenset[str], Term] = {}
    for product in right.split("+"):
        for term in _expand([part.strip() for part in product.split("*")]):
            terms.setdefault(frozenset(term), term)
    return response, sorted(terms.values(), key=len)


def is_number(column: Sequence[str]) -> bool:
    """Tell whether a column of text is a numeric variable."""
    return all(re.fullmatch(r"[-+]?\d*\.?\d+([eE][-+]?\d+)?", text) for text in column)


def _expand(parts: list[str]) -> list[Term]:
    """Give all products of parts, each of which may itself be ``a:b``; ``1`` is the intercept, always there."""
    found: list[Term] = [()]
    for part in parts:
        names = tuple(name.strip() for name in part.split(":"))
        found += [(*term, *names) for term in found]
    return [term for term in found if term and term != ("1",)]
