"""The columns of a linear model from its variables and terms, and the row that a prediction needs.

A term is the names of the variables it multiplies: ``()`` is the intercept, ``("arm",)`` a main effect and
``("arm", "visit")`` an interaction. A categorical variable is coded by its differences from the first level
(``"treatment"``, R's contr.treatment) or from the mean of the levels (``"sum"``, R's contr.sum) where the model
also holds the term without it, and by one indicator for each level otherwise. Names, order and coding of the
columns are those of R's model.matrix (Chambers and Hastie, Statistical Models in S, 1992, chapter 2).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from types import MappingProxyType
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from topline.errors import DataError, UsageError
from topline.stats.checking import finite, known, same_length
from topline.stats.estimate import Floats

Coding: TypeAlias = Literal["treatment", "sum"]
"""How levels of a categorical variable become columns."""

Margins: TypeAlias = Literal["balanced", "observed"]
"""How the levels of a variable that is averaged over are weighted: equally, or by their share of observations."""

Term: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Categorical:
    """A categorical variable: its levels in order, and the position of each observation's level."""

    levels: tuple[str, ...]
    codes: NDArray[np.intp]

    def shares(self, margins: Margins) -> Floats:
        """Give the weight of each level in an average over all [1]."""
        if margins == "balanced":
            return np.full(len(self.levels), 1 / len(self.levels))
        return np.bincount(self.codes, minlength=len(self.levels)) / self.codes.size

    def position(self, name: str, level: str) -> int:
        """Give the position of a level; UsageError if there is none."""
        return self.levels.index(known(name, level, self.levels))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Variables:
    """The explanatory variables of a model, from :func:`variables`."""

    covariates: Mapping[str, Floats]
    factors: Mapping[str, Categorical]
    number: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ModelMatrix:
    """The columns of a linear model.

    Parameters
    ----------
    columns
        Observations × columns.
    names
        The columns' names, such as ``"armB:visit2"``.
    term_of
        The position of each column's term in ``terms``.
    terms
        The terms, the intercept first.
    variables
        What they are made of.
    coding
        How categorical variables are coded.
    """

    columns: Floats
    names: tuple[str, ...]
    term_of: tuple[int, ...]
    terms: tuple[Term, ...]
    variables: Variables
    coding: Coding

    def row(self, at: Mapping[str, str | float], *, margins: Margins = "balanced") -> Floats:
        """Give the combination of coefficients that is the mean response at given values.

        Parameters
        ----------
        at
            Levels and values by variable. A covariate that is not named is at its mean over the observations,
            a categorical variable that is not named is averaged over its levels, each by itself.
        margins
            The weights of that average.

        Raises
        ------
        UsageError
            If a variable or level is not known.
        """
        known("margins", margins, ("balanced", "observed"))
        for name in at:
            known("variable", name, [*self.variables.covariates, *self.variables.factors])
        parts = [self._part(term, at, margins) for term in self.terms]
        return np.concatenate(parts)

    def _part(self, term: Term, at: Mapping[str, str | float], margins: Margins) -> Floats:
        part = np.ones(1)
        for name in term:
            if name in self.variables.covariates:
                part = part * float(at.get(name, self.variables.covariates[name].mean()))
                continue
            factor = self.variables.factors[name]
            weights = factor.shares(margins)
            if name in at:
                weights = np.zeros(len(factor.levels))
                weights[factor.position(name, str(at[name]))] = 1.0
            coded = weights @ _codes(
                len(factor.levels), _coding(name, term, self.terms, self.coding)
            )
            # The first variable's levels change fastest, as in R.
            part = np.outer(coded, part).ravel()
        return part


def variables(
    *,
    covariates: Mapping[str, ArrayLike] | None = None,
    factors: Mapping[str, Iterable[object]] | None = None,
    levels: Mapping[str, Sequence[object]] | None = None,
) -> Variables:
    """Check the explanatory variables of a model.

    Parameters
    ----------
    covariates
        Continuous variables by name: one finite number for each observation.
    factors
        Categorical variables by name: one label for each observation, compared as text.
    levels
        The order of a factor's levels, as in :func:`categorize`. Every level must occur.

    Raises
    ------
    DataError
        If the sequences differ in length, an element is missing or not finite, or an observation has a level
        that its order lacks.
    UsageError
        If a name is used twice, or an order is for no factor.

    Examples
    --------
    >>> variables(factors={"arm": ["B", "A"]}).factors["arm"].levels
    ('A', 'B')
    """
    continuous = {name: finite(name, values) for name, values in (covariates or {}).items()}
    orders = levels or {}
    for name in orders:
        known("factor", name, factors or {})
    categorical = {
        name: categorize(name, values, orders.get(name)) for name, values in (factors or {}).items()
    }
    for name in continuous:
        if name in categorical:
            raise UsageError(
                f"the name {name!r} is used twice in a model", accepted="one variable for each name"
            )
    lengths = {**continuous, **{name: factor.codes for name, factor in categorical.items()}}
    same_length(**lengths)
    return Variables(
        covariates=MappingProxyType(continuous),
        factors=MappingProxyType(categorical),
        number=len(next(iter(lengths.values()))) if lengths else 0,
    )


def categorize(
    name: str, values: Iterable[object], order: Sequence[object] | None = None
) -> Categorical:
    """Read labels as a categorical variable.

    Parameters
    ----------
    name
        What the variable is called in a message.
    values
        One label for each observation, compared as text.
    order
        The levels in order. Where not given, levels are sorted as numbers if all labels are numbers, otherwise as
        text, as R's factor does.

    Raises
    ------
    DataError
        If there are no labels, one is missing, or one is not in the order.

    Examples
    --------
    >>> categorize("visit", ["week 12", "week 4"], order=["week 4", "week 12"]).codes
    array([1, 0])
    """
    found = values.tolist() if isinstance(values, np.ndarray) else list(values)
    if not found:
        raise DataError(f"{name} is empty", where=name, accepted="at least one observation")
    distinct = dict.fromkeys(found)
    for label in distinct:
        # NaN is the one value that differs from itself: pandas and NumPy write a missing label so.
        if label is None or label != label:
            position = next(i for i, other in enumerate(found) if other is label or other != other)
            raise DataError(
                f"{name}[{position}] is missing",
                where=f"{name}[{position}]",
                accepted="a label for every observation",
            )
    texts = {str(label) for label in distinct}
    ordered = _sorted(distinct) if order is None else [str(level) for level in order]
    places = {text: position for position, text in enumerate(ordered)}
    for text in sorted(texts):
        if text not in places:
            raise DataError(
                f"{name} has the level {text!r}, which is not in its order",
                where=name,
                accepted=", ".join(ordered),
            )
    for text in ordered:
        if text not in texts:
            raise DataError(f"no observation of {name} has the level {text!r}", where=name)
    direct = {label: places[str(label)] for label in distinct}
    codes = np.array(list(map(direct.__getitem__, found)), dtype=np.intp)
    return Categorical(levels=tuple(ordered), codes=codes)


def _sorted(labels: Iterable[object]) -> list[str]:
    """Sort labels as numbers where all are numbers, and otherwise as text; each text once."""
    found = list(labels)
    numbers = [label for label in found if isinstance(label, Real)]
    if len(numbers) == len(found):
        return list(dict.fromkeys(str(label) for label in sorted(numbers, key=float)))
    return sorted({str(label) for label in found})


def model_matrix(
    variables: Variables, terms: Iterable[Term], *, coding: Coding = "treatment"
) -> ModelMatrix:
    """Make the columns of a linear model.

    Parameters
    ----------
    variables
        From :func:`variables`.
    terms
        Names of the variables that each term multiplies. The intercept is always in the model; terms are put in
        the order of how many variables they multiply.
    coding
        How categorical variables are coded.

    Raises
    ------
    UsageError
        If a term names no variable, or one variable or term twice.

    Examples
    --------
    >>> made = model_matrix(variables(factors={"arm": ["A", "B"], "visit": ["1", "2"]}), [("arm",), ("arm", "visit")])
    >>> made.names
    ('(Intercept)', 'armB', 'armA:visit2', 'armB:visit2')
    """
    known("coding", coding, ("treatment", "sum"))
    ordered = _in_order(variables, terms)
    blocks, names, term_of = [], [], []
    for position, term in enumerate(ordered):
        block, labels = np.ones((variables.number, 1)), [""]
        for name in term:
            columns, texts = _variable(variables, name, _coding(name, term, ordered, coding))
            block = (columns[:, :, np.newaxis] * block[:, np.newaxis, :]).reshape(len(block), -1)
            labels = [f"{before}:{text}".removeprefix(":") for text in texts for before in labels]
        blocks.append(block)
        names += labels if term else ["(Intercept)"]
        term_of += [position] * block.shape[1]
    return ModelMatrix(
        columns=np.hstack(blocks),
        names=tuple(names),
        term_of=tuple(term_of),
        terms=ordered,
        variables=variables,
        coding=coding,
    )


def _in_order(variables: Variables, terms: Iterable[Term]) -> tuple[Term, ...]:
    found = list(terms)
    for term in found:
        for name in term:
            known("variable", name, [*variables.covariates, *variables.factors])
        if len(set(term)) < len(term):
            raise UsageError(f"a variable twice in the term {' × '.join(term)}")
    sets = [frozenset(term) for term in found]
    if len(set(sets)) < len(sets):
        raise UsageError(
            "a term is named twice", accepted="each product of variables once, in any order"
        )
    return ((), *sorted((term for term in found if term), key=len))


def _coding(name: str, term: Term, terms: Iterable[Term], coding: Coding) -> Coding | None:
    """Give the coding of a variable within a term; None is one indicator for each level."""
    rest = frozenset(term) - {name}
    return coding if rest in {frozenset(other) for other in terms} else None


def _codes(levels: int, coding: Coding | None) -> Floats:
    """Give the columns of each level: levels × columns."""
    if coding is None:
        return np.eye(levels)
    if coding == "treatment":
        return np.eye(levels)[:, 1:]
    codes = np.eye(levels)[:, :-1]
    codes[-1] = -1.0
    return codes


def _variable(
    variables: Variables, name: str, coding: Coding | None
) -> tuple[Floats, Sequence[str]]:
    if name in variables.covariates:
        return variables.covariates[name][:, np.newaxis], [name]
    factor = variables.factors[name]
    codes = _codes(len(factor.levels), coding)
    if coding == "sum":
        texts = [f"{name}{position + 1}" for position in range(codes.shape[1])]
    else:
        texts = [name + level for level in factor.levels[1 if coding else 0 :]]
    return codes[factor.codes], texts


def refuse_no_difference(
    row: Floats, first: Mapping[str, str | float], second: Mapping[str, str | float]
) -> None:
    """Refuse a difference of places that a model gives one mean. Part of :func:`topline.stats.linear_model.linear_model_difference`.

    Parameters
    ----------
    row
        The coefficients' multipliers in the difference [1].
    first, second
        The places, as there [the covariate's unit].

    Examples
    --------
    >>> refuse_no_difference(np.zeros(2), {"arm": "a"}, {"arm": "a"})
    Traceback (most recent call last):
        ...
    topline.errors.UsageError: the means at {'arm': 'a'} and at {'arm': 'a'} are the same, whatever the data
      accepted: two places that the model tells apart
    """
    if not row.any():
        raise UsageError(
            f"the means at {dict(first)} and at {dict(second)} are the same, whatever the data",
            accepted="two places that the model tells apart",
        )
