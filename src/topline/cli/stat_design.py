"""The columns of a model from options: covariates, factors with the category others are compared with, interactions."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from topline.cli.stat_columns import Columns
from topline.errors import DataError, UsageError

if TYPE_CHECKING:
    from topline.stats.estimate import Floats
    from topline.stats.model_matrix import ModelMatrix, Variables

Covariates = Annotated[
    list[str] | None,
    typer.Option("--covariate", metavar="COL", help="A column of numbers; may be repeated."),
]
Factors = Annotated[
    list[str] | None,
    typer.Option(
        "--factor",
        metavar="COL[=CATEGORY]",
        help="A column of categories, which are compared with CATEGORY, or the first; may be repeated.",
    ),
]
Interactions = Annotated[
    list[str] | None,
    typer.Option(
        "--interaction",
        metavar="COL*COL",
        help="Of covariates and factors that are named as well; may be repeated.",
    ),
]
At = Annotated[
    list[float] | None,
    typer.Option(
        "--at", metavar="TIME", help="Predict at this time, for the values of --for; repeatable."
    ),
]
For = Annotated[
    list[str] | None,
    typer.Option(
        "--for",
        metavar="COL=VALUE",
        help="Of a participant that is predicted for; covariates not named are at their mean.",
    ),
]


def covariates_of(read: Columns, names: Sequence[str] | None) -> "dict[str, Floats]":
    """Return columns of numbers by name."""
    return {name.upper(): read.numbers(name) for name in names or ()}


def factors_of(read: Columns, names: Sequence[str] | None) -> dict[str, list[str]]:
    """Return columns of categories by name."""
    return {column_of(name): read.labels(column_of(name)) for name in names or ()}


def column_of(name: str) -> str:
    """Return the column of ``COL`` or ``COL=CATEGORY``.

    Examples
    --------
    >>> column_of("trtp=Placebo")
    'TRTP'
    """
    return name.partition("=")[0].upper()


def design(
    read: Columns,
    covariate: Sequence[str] | None,
    factor: Sequence[str] | None,
    interaction: Sequence[str] | None = None,
) -> "ModelMatrix":
    """Return the columns of a model with an intercept.

    Raises
    ------
    UsageError
        If there is no variable, or an interaction names one that is not in the model.
    DataError
        If a factor has one category.
    """
    from topline.stats.checking import known
    from topline.stats.model_matrix import model_matrix

    if not covariate and not factor:
        raise UsageError(
            "the model has no variable", accepted="--covariate COL or --factor COL, or several"
        )
    names = [name.upper() for name in covariate or ()] + [column_of(name) for name in factor or ()]
    terms: list[tuple[str, ...]] = [(name,) for name in names]
    for text in interaction or ():
        parts = tuple(part.upper() for part in text.split("*"))
        if len(parts) < 2:
            raise UsageError(
                f"{text!r} is not an interaction",
                where="--interaction",
                accepted="columns with * between them, such as TRTP*SEX",
            )
        terms.append(tuple(known("variable of the model", part, names) for part in parts))
    return model_matrix(_variables(read, covariate, factor), terms)


def compared_with(matrix: "ModelMatrix") -> tuple[str, ...]:
    """Return a note for each factor: which category the others are compared with."""
    return tuple(
        f"{name}: compared with {factor.levels[0]}"
        for name, factor in matrix.variables.factors.items()
    )


def without_intercept(matrix: "ModelMatrix") -> "tuple[Floats, tuple[str, ...]]":
    """Return the columns of a model of hazards, which has no intercept, with their names."""
    return matrix.columns[:, 1:], matrix.names[1:]


def profile_of(matrix: "ModelMatrix", values: Sequence[str] | None) -> "Floats":
    """Return the columns, without the intercept, of a participant with given values.

    Raises
    ------
    UsageError
        If a value is not as it should be, or a factor is not named: no participant is an average of categories.
    """
    at: dict[str, str | float] = {}
    for text in values or ():
        name, equals, value = text.partition("=")
        if not equals:
            raise UsageError(f"{text!r} is not a value", where="--for", accepted="COL=VALUE")
        at[name.upper()] = (
            value if name.upper() in matrix.variables.factors else _number(value, text)
        )
    for name, factor in matrix.variables.factors.items():
        if name not in at:
            raise UsageError(
                f"the category of {name} is missing",
                where="--for",
                accepted=f"--for {name}={factor.levels[0]}, or {', '.join(factor.levels[1:])}",
            )
    return matrix.row(at)[1:]


def _number(value: str, text: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise UsageError(
            f"{value!r} in {text!r} is not a number", where="--for", accepted="COL=NUMBER"
        ) from None


def _variables(
    read: Columns, covariate: Sequence[str] | None, factor: Sequence[str] | None
) -> "Variables":
    from topline.stats.model_matrix import variables

    levels = {}
    for name in factor or ():
        column, _, reference = name.partition("=")
        found = read.groups(column, reference or None)
        if len(found) < 2:
            raise DataError(
                f"{column.upper()} has one category only: {found[0]}",
                where=str(read.source),
                accepted="a factor with two categories or more in the records that are used",
            )
        levels[column.upper()] = found
    return variables(
        covariates=covariates_of(read, covariate),
        factors=factors_of(read, factor),
        levels=levels,
    )
