"""``topline stat`` for models: ANCOVA, repeated measures, logistic and count regressions."""

from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer

from topline.cli.options import Json
from topline.cli.stat_columns import Columns, columns
from topline.cli.stat_command import StatCommand
from topline.cli.stat_options import (
    Covariates,
    Data,
    Explain,
    Factors,
    Group,
    Level,
    Reference,
    Value,
    Where,
    fraction,
)
from topline.cli.stat_report import Row, effect_rows, number, report

if TYPE_CHECKING:
    from topline.stats.estimate import Floats
    from topline.stats.model_matrix import Margins, ModelMatrix

_Margins = Annotated[
    str,
    typer.Option(metavar="WORD", help="Categories averaged over: balanced or observed."),
]
_Counts = Annotated[str, typer.Option("--events", metavar="COL", help="The column of counts.")]
_Exposure = Annotated[
    str | None, typer.Option("--time", metavar="COL", help="The column of times at risk.")
]


def _covariates(read: Columns, names: list[str] | None) -> "dict[str, Floats]":
    return {name.upper(): read.numbers(name) for name in names or ()}


def _factors(read: Columns, names: list[str] | None) -> dict[str, list[str]]:
    return {name.upper(): read.labels(name) for name in names or ()}


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
        covariates=_covariates(read, covariate),
        factors=_factors(read, factor),
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
    report(rows, json=json, notes=read.notes)


def mmrm(
    data: Data,
    value: Value,
    by: Group,
    subject: Annotated[str, typer.Option(metavar="COL", help="The column of participants.")],
    visit: Annotated[str, typer.Option(metavar="COL", help="The column of visits.")],
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
        typer.Option(metavar="NAME", help="satterthwaite, kenward-roger or kenward-roger-sas."),
    ] = "satterthwaite",
    reference: Reference = None,
    margins: _Margins = "balanced",
    where: Where = None,
    level: Level = 95,
    json: Json = False,
    explain: Explain = False,
) -> None:
    """Compare groups at each visit by a mixed model for repeated measures.

    Example: topline stat mmrm --data advs.csv --value CHG --by TRTP --subject USUBJID --visit AVISITN
    """
    from topline.stats import mixed_model_means as family
    from topline.stats.degrees_of_freedom import Method, mixed_model_inference

    confidence, weighted = fraction(level), cast("Margins", margins)
    read = columns(data, [value, by, subject, visit, *(covariate or ()), *(factor or ())], where)
    labels = read.groups(by, reference)
    fit = family.fit_repeated_measures(
        read.numbers(value),
        subject=read.labels(subject),
        visit=read.labels(visit),
        group=read.labels(by),
        covariates=_covariates(read, covariate),
        factors=_factors(read, factor),
        visit_interactions=[name.upper() for name in interaction or ()],
        covariance=covariance,
    )
    inference = mixed_model_inference(fit, method=cast("Method", degrees))
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
    rows.append(Row("-2 log likelihood", number(fit.minus_twice_log_likelihood, "restricted")))
    report(rows, json=json, notes=(*read.notes, *fit.notes))


def _matrix(read: Columns, covariate: list[str] | None, factor: list[str] | None) -> "ModelMatrix":
    from topline.errors import UsageError
    from topline.stats.model_matrix import model_matrix, variables

    if not covariate and not factor:
        raise UsageError(
            "the model has no variable", accepted="--covariate COL or --factor COL, or several"
        )
    made = variables(covariates=_covariates(read, covariate), factors=_factors(read, factor))
    names = [name.upper() for name in (*(covariate or ()), *(factor or ()))]
    return model_matrix(made, [(name,) for name in names])


def logistic(
    data: Data,
    outcome: Annotated[
        str, typer.Option(metavar="COL[=VALUE]", help="1 or 0, or the value that counts as 1.")
    ],
    covariate: Covariates = None,
    factor: Factors = None,
    limits: Annotated[str, typer.Option(metavar="WORD", help="wald or profile.")] = "wald",
    where: Where = None,
    level: Level = 95,
    json: Json = False,
    explain: Explain = False,
) -> None:
    """Estimate odds ratios by logistic regression.

    Example: topline stat logistic --data adeff.csv --outcome AVALC=Y --factor TRTP --covariate BASE
    """
    from topline.stats.logistic import fit_logistic
    from topline.stats.regression_ratios import coefficient_ratios

    confidence = fraction(level)
    read = columns(data, [outcome, *(covariate or ()), *(factor or ())], where)
    fit = fit_logistic(read.happened(outcome), _matrix(read, covariate, factor))
    kind = cast("Literal['wald', 'profile']", limits)
    rows: list[Row] = []
    for effect in coefficient_ratios(fit, level=confidence, limits=kind):
        rows += effect_rows(effect.name, effect)
    rows.append(Row("log likelihood", number(fit.log_likelihood, "at the estimates")))
    report(rows, json=json, notes=read.notes)


def _offset(read: Columns, time: str | None) -> "Floats | None":
    import numpy as np

    from topline.stats.checking import positive

    return None if time is None else np.log(positive(time, read.numbers(time)))


def poisson(
    data: Data,
    events: _Counts,
    time: _Exposure = None,
    covariate: Covariates = None,
    factor: Factors = None,
    limits: Annotated[str, typer.Option(metavar="WORD", help="wald or profile.")] = "wald",
    dispersion: Annotated[
        str, typer.Option(metavar="WORD", help="one, or pearson for errors widened by it.")
    ] = "one",
    where: Where = None,
    level: Level = 95,
    json: Json = False,
    explain: Explain = False,
) -> None:
    """Estimate rate ratios by Poisson regression.

    Example: topline stat poisson --data adexac.csv --events AVAL --time EXPOSURE --factor TRTP
    """
    from topline.stats.poisson_regression import fit_poisson
    from topline.stats.regression_ratios import Dispersion, coefficient_ratios

    confidence = fraction(level)
    read = columns(data, [events, time, *(covariate or ()), *(factor or ())], where)
    fit = fit_poisson(
        read.numbers(events), _matrix(read, covariate, factor), offset=_offset(read, time)
    )
    found = coefficient_ratios(
        fit,
        level=confidence,
        limits=cast("Literal['wald', 'profile']", limits),
        dispersion=cast("Dispersion", dispersion),
    )
    rows: list[Row] = []
    for effect in found:
        rows += effect_rows(effect.name, effect)
    rows.append(Row("log likelihood", number(fit.log_likelihood, "at the estimates")))
    report(rows, json=json, notes=read.notes)


def negative_binomial(
    data: Data,
    events: _Counts,
    time: _Exposure = None,
    covariate: Covariates = None,
    factor: Factors = None,
    information: Annotated[
        str, typer.Option(metavar="WORD", help="Of errors: observed, or expected as R's glm.nb.")
    ] = "observed",
    where: Where = None,
    level: Level = 95,
    json: Json = False,
    explain: Explain = False,
) -> None:
    """Estimate rate ratios by negative binomial regression.

    Example: topline stat negative-binomial --data adexac.csv --events AVAL --time EXPOSURE --factor TRTP
    """
    from topline.stats import negative_binomial as family

    confidence = fraction(level)
    read = columns(data, [events, time, *(covariate or ()), *(factor or ())], where)
    fit = family.fit_negative_binomial(
        read.numbers(events),
        _matrix(read, covariate, factor),
        offset=_offset(read, time),
        information=cast("family.Information", information),
    )
    rows: list[Row] = []
    for effect in family.negative_binomial_ratios(fit, level=confidence):
        rows += effect_rows(effect.name, effect)
    rows.append(Row("dispersion", family.dispersion_estimate(fit, level=confidence)))
    rows.append(Row("log likelihood", number(fit.log_likelihood, "at the estimates")))
    report(rows, json=json, notes=read.notes)


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
        name="mmrm",
        run=mmrm,
        functions=(
            "mixed_model_means:fit_repeated_measures",
            "degrees_of_freedom:mixed_model_inference",
            "mixed_model_means:mixed_model_mean",
            "mixed_model_means:mixed_model_difference",
        ),
        methods=("covariance_structures:STRUCTURES",),
    ),
    StatCommand(
        name="logistic",
        run=logistic,
        functions=("logistic:fit_logistic", "regression_ratios:coefficient_ratios"),
    ),
    StatCommand(
        name="poisson",
        run=poisson,
        functions=("poisson_regression:fit_poisson", "regression_ratios:coefficient_ratios"),
    ),
    StatCommand(
        name="negative-binomial",
        run=negative_binomial,
        functions=(
            "negative_binomial:fit_negative_binomial",
            "negative_binomial:negative_binomial_ratios",
            "negative_binomial:dispersion_estimate",
        ),
    ),
)
"""The commands for models."""
