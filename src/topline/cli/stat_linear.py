"""``topline stat`` for linear models of measurements: ANCOVA, any linear model, repeated measures."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, cast

import typer

from topline.cli.options import Json
from topline.cli.stat_columns import Columns, columns
from topline.cli.stat_command import StatCommand
from topline.cli.stat_design import (
    Covariates,
    Factors,
    Interactions,
    column_of,
    compared_with,
    covariates_of,
    design,
    factors_of,
)
from topline.cli.stat_options import (
    Data,
    Explain,
    Group,
    Level,
    Reference,
    Value,
    Where,
    fraction,
)
from topline.cli.stat_report import Row, effect_rows, number, report
from topline.errors import UsageError

if TYPE_CHECKING:
    from topline.stats.degrees_of_freedom import Inference
    from topline.stats.linear_model import LinearFit
    from topline.stats.model_matrix import Margins

_Margins = Annotated[
    str,
    typer.Option(metavar="WORD", help="Categories averaged over: balanced or observed."),
]


def ancova(
    data: Data,
    value: Value,
    by: Group,
    covariate: Covariates = None,
    factor: Factors = None,
    reference: Reference = None,
    margins: _Margins = "balanced",
    where: Where = None,
    level: Level = 95,
    json: Json = False,
    explain: Explain = False,
) -> None:
    """Compare groups' means adjusted for covariates: least squares means and differences.

    Example: topline stat ancova --data advs.csv --value CHG --by TRTP --covariate BASE
    """
    from topline.stats import least_squares as family

    confidence, weighted = fraction(level), cast("Margins", margins)
    read = columns(data, [value, by, *(covariate or ()), *(factor or ())], where)
    labels = read.groups(by, reference)
    fit = family.fit_groups(
        read.numbers(value),
        read.labels(by),
        covariates=covariates_of(read, covariate),
        factors=factors_of(read, factor),
    )
    rows = [Row("groups, test", family.group_test(fit))]
    for label in labels:
        found = family.least_squares_mean(fit, label, level=confidence, margins=weighted)
        rows.append(Row(label, found))
    for label in labels[1:]:
        compared = family.least_squares_difference(
            fit, label, labels[0], level=confidence, margins=weighted
        )
        rows.append(Row(f"{label} - {labels[0]}", compared.estimate))
        rows.append(Row(f"{label} - {labels[0]}, test", compared.test))
    rows.append(_observations(read))
    report(rows, json=json, notes=read.notes)


def linear_model(
    data: Data,
    value: Value,
    covariate: Covariates = None,
    factor: Factors = None,
    interaction: Interactions = None,
    margins: _Margins = "balanced",
    where: Where = None,
    level: Level = 95,
    json: Json = False,
    explain: Explain = False,
) -> None:
    """Fit a linear model: coefficients, tests of types 2 and 3, least squares means of factors.

    Example: topline stat linear-model --data advs.csv --value CHG --factor TRTP=Placebo --covariate BASE
    """
    from topline.stats import linear_model as family

    confidence = fraction(level)
    read = columns(data, [value, *(covariate or ()), *(factor or ())], where)
    matrix = design(read, covariate, factor, interaction)
    fit = family.fit_linear_model(read.numbers(value), matrix)
    rows: list[Row] = []
    for effect in family.linear_model_coefficients(fit, level=confidence):
        rows += effect_rows(effect.name, effect)
    for kind, tests in (
        ("type 2", family.type_two_tests(fit)),
        ("type 3", family.type_three_tests(fit)),
    ):
        rows += [Row(f"{'*'.join(term)}, {kind}", test) for term, test in tests.items() if term]
    for name in factor or ():
        rows += _means(fit, column_of(name), confidence, cast("Margins", margins))
    rows.append(_observations(read))
    why = "undefined: no degrees of freedom, or no variance"
    rows.append(Row("residual SD", number(fit.residual_standard_deviation, "model", why=why)))
    rows.append(Row("R squared", number(fit.determination, "share of the variance", why=why)))
    report(rows, json=json, notes=(*read.notes, *compared_with(matrix)))


def _observations(read: Columns) -> Row:
    return Row("observations", number(read.frame.height, "count"))


def _means(fit: "LinearFit", name: str, level: float, margins: "Margins") -> Iterator[Row]:
    from topline.stats.linear_model import linear_model_difference, linear_model_mean

    labels = fit.matrix.variables.factors[name].levels
    for label in labels:
        found = linear_model_mean(fit, {name: label}, level=level, margins=margins)
        yield Row(f"mean, {name} {label}", found)
    for label in labels[1:]:
        places = {name: label}, {name: labels[0]}
        effect = linear_model_difference(fit, *places, level=level, margins=margins)
        yield from effect_rows(f"difference, {name} {label} - {labels[0]}", effect)


def mmrm(
    data: Data,
    value: Value,
    by: Group,
    subject: Annotated[str, typer.Option(metavar="COL", help="The column of participants.")],
    visit: Annotated[str, typer.Option(metavar="COL", help="The column of visits.")],
    visits: Annotated[
        str | None,
        typer.Option(metavar="NAMES", help="Visits in order, commas between; numbers need none."),
    ] = None,
    covariate: Covariates = None,
    factor: Factors = None,
    interaction: Annotated[
        list[str] | None,
        typer.Option(metavar="COL", help="A covariate or factor that interacts with visit."),
    ] = None,
    covariance: Annotated[
        str, typer.Option(metavar="NAME", help="The structure; --explain lists them.")
    ] = "unstructured",
    degrees: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="satterthwaite, kenward-roger, kenward-roger-sas or kenward-roger-linear.",
        ),
    ] = "satterthwaite",
    information: Annotated[
        str, typer.Option(metavar="WORD", help="Of the covariance parameters: observed, expected.")
    ] = "observed",
    coefficients: Annotated[
        bool, typer.Option("--coefficients", help="The model's coefficients, too.")
    ] = False,
    reference: Reference = None,
    margins: _Margins = "balanced",
    where: Where = None,
    level: Level = 95,
    json: Json = False,
    explain: Explain = False,
) -> None:
    """Compare groups at each visit, and over all visits, by a mixed model for repeated measures.

    Example: topline stat mmrm --data advs.csv --value CHG --by TRTP --subject USUBJID --visit AVISITN
    """
    from topline.stats import mixed_model_means as family
    from topline.stats.degrees_of_freedom import Information, Method, mixed_model_inference

    confidence, weighted = fraction(level), cast("Margins", margins)
    read = columns(data, [value, by, subject, visit, *(covariate or ()), *(factor or ())], where)
    labels = read.groups(by, reference)
    fit = family.fit_repeated_measures(
        read.numbers(value),
        subject=read.labels(subject),
        visit=read.labels(visit),
        group=read.labels(by),
        covariates=covariates_of(read, covariate),
        factors=factors_of(read, factor),
        visit_interactions=[column_of(name) for name in interaction or ()],
        covariance=covariance,
        visit_order=_in_order(read, visit, visits, covariance),
    )
    inference = mixed_model_inference(
        fit, method=cast("Method", degrees), information=cast("Information", information)
    )
    rows: list[Row] = []
    for when in fit.visits:
        places = [{"group": label, "visit": when} for label in labels]
        for label, place in zip(labels, places, strict=True):
            found = family.mixed_model_mean(inference, place, level=confidence, margins=weighted)
            rows.append(Row(f"{when}: {label}", found))
        for label, place in zip(labels[1:], places[1:], strict=True):
            effect = family.mixed_model_difference(
                inference, place, places[0], level=confidence, margins=weighted
            )
            rows += effect_rows(f"{when}: {label} - {labels[0]}", effect)
    rows += _over_visits(inference, labels, confidence, weighted)
    if coefficients:
        for effect in family.mixed_model_coefficients(inference, level=confidence):
            rows += effect_rows(effect.name, effect)
    participants = len(set(read.labels(subject)))
    rows += [Row("participants", number(participants, "count")), _observations(read)]
    rows.append(Row("-2 log likelihood", number(fit.minus_twice_log_likelihood, "restricted")))
    report(rows, json=json, notes=(*read.notes, *fit.notes))


def _in_order(read: Columns, visit: str, visits: str | None, covariance: str) -> list[str] | None:
    """Return the visits in order, as they are named or as their numbers say; None where neither says."""
    from topline.stats.covariance_structures import STRUCTURES

    if visits is not None:
        return visits.split(",")
    if read.frame[visit.upper()].dtype.is_numeric():
        return read.groups(visit)
    if covariance in STRUCTURES and STRUCTURES[covariance].ordered:
        raise UsageError(
            f"the structure {covariance!r} depends on the order of the visits, and {visit.upper()} is text",
            where="--visits",
            accepted=f"{','.join(read.groups(visit))} in their order, or a column of numbers",
        )
    return None


def _over_visits(
    inference: "Inference", labels: list[str], level: float, margins: "Margins"
) -> Iterator[Row]:
    """Compare the groups on average over visits, and at all visits together."""
    import numpy as np

    from topline.stats.mixed_model_means import mixed_model_contrast, mixed_model_test

    matrix = inference.fit.matrix
    differences = []
    for label in labels[1:]:
        each = [
            matrix.row({"group": label, "visit": when}, margins=margins)
            - matrix.row({"group": labels[0], "visit": when}, margins=margins)
            for when in inference.fit.visits
        ]
        differences += each
        effect = mixed_model_contrast(inference, np.mean(each, axis=0), level=level)
        yield from effect_rows(f"average of visits: {label} - {labels[0]}", effect)
    if differences:
        yield Row("groups at all visits, test", mixed_model_test(inference, differences))


COMMANDS = (
    StatCommand(
        name="ancova",
        run=ancova,
        functions=(
            "least_squares:fit_groups",
            "least_squares:least_squares_mean",
            "least_squares:least_squares_difference",
            "least_squares:group_test",
        ),
    ),
    StatCommand(
        name="linear-model",
        run=linear_model,
        functions=(
            "linear_model:fit_linear_model",
            "linear_model:linear_model_coefficients",
            "linear_model:type_two_tests",
            "linear_model:type_three_tests",
            "linear_model:linear_model_mean",
            "linear_model:linear_model_difference",
        ),
    ),
    StatCommand(
        name="mmrm",
        run=mmrm,
        functions=(
            "mixed_model_means:fit_repeated_measures",
            "degrees_of_freedom:mixed_model_inference",
            "mixed_model_means:mixed_model_mean",
            "mixed_model_means:mixed_model_difference",
            "mixed_model_means:mixed_model_contrast",
            "mixed_model_means:mixed_model_coefficients",
            "mixed_model_means:mixed_model_test",
        ),
        methods=("covariance_structures:STRUCTURES",),
    ),
)
"""The commands for linear models."""
