"""``topline stat`` for hazards and competing causes: Cox, restricted means, Aalen–Johansen, Fine–Gray."""

from typing import TYPE_CHECKING, Annotated

import typer

from topline.cli.options import Json
from topline.cli.stat_columns import Columns, columns
from topline.cli.stat_command import StatCommand
from topline.cli.stat_options import (
    Covariates,
    Data,
    Event,
    Explain,
    Factors,
    Level,
    OptionalGroup,
    Reference,
    Strata,
    Time,
    Where,
    fraction,
)
from topline.cli.stat_report import Row, number, report
from topline.errors import UsageError

if TYPE_CHECKING:
    from topline.stats.estimate import Floats

_Cause = Annotated[
    str,
    typer.Option(
        "--cause", metavar="COL", help="The column of causes: 0 censored; 1, 2, … the causes."
    ),
]
_Interest = Annotated[int, typer.Option("--of", metavar="CODE", help="The cause of interest.")]


def _design(
    read: Columns, covariate: list[str] | None, factor: list[str] | None
) -> "tuple[Floats, tuple[str, ...]]":
    """Return the columns of a model without an intercept, with their names."""
    from topline.stats.model_matrix import model_matrix, variables

    if not covariate and not factor:
        raise UsageError(
            "the model has no variable", accepted="--covariate COL or --factor COL, or several"
        )
    made = variables(
        covariates={name.upper(): read.numbers(name) for name in covariate or ()},
        factors={name.upper(): read.labels(name) for name in factor or ()},
    )
    names = [name.upper() for name in (*(covariate or ()), *(factor or ()))]
    matrix = model_matrix(made, [(name,) for name in names])
    return matrix.columns[:, 1:], matrix.names[1:]


def cox(
    data: Data,
    time: Time,
    event: Event,
    covariate: Covariates = None,
    factor: Factors = None,
    strata: Strata = None,
    ties: Annotated[str, typer.Option(metavar="NAME", help="efron, breslow or exact.")] = "efron",
    robust: Annotated[bool, typer.Option("--robust", help="Robust standard errors.")] = False,
    where: Where = None,
    level: Level = 95,
    json: Json = False,
    explain: Explain = False,
) -> None:
    """Estimate hazard ratios by Cox's regression, with tests of the model.

    Example: topline stat cox --data adtte.csv --time AVAL --event CNSR=0 --factor TRT01P
    """
    from topline.stats.concordance import cox_concordance
    from topline.stats.cox import cox as fit_cox
    from topline.stats.proportional_hazards import proportional_hazards

    confidence = fraction(level)
    read = columns(data, [time, event, strata, *(covariate or ()), *(factor or ())], where)
    design, names = _design(read, covariate, factor)
    fit = fit_cox(
        read.numbers(time),
        read.happened(event),
        design,
        names=names,
        strata=read.labels(strata) if strata else None,
        robust=robust,
        ties=ties,
        level=confidence,
    )
    rows: list[Row] = []
    for name, ratio, test in zip(fit.names, fit.hazard_ratios, fit.coefficient_tests, strict=True):
        rows += [Row(name, ratio), Row(f"{name}, test", test)]
    rows += [
        Row("likelihood ratio", fit.likelihood_ratio),
        Row("wald", fit.wald),
        Row("score", fit.score),
        Row("participants", number(fit.number, "count")),
        Row("events", number(fit.events, "count")),
    ]
    if ties != "exact":
        rows.append(Row("proportional hazards", proportional_hazards(fit).overall))
        rows.append(Row("concordance", cox_concordance(fit, level=confidence).estimate))
    report(rows, json=json, notes=(*read.notes, *fit.notes))


def rmst(
    data: Data,
    time: Time,
    event: Event,
    horizon: Annotated[float, typer.Option(metavar="TIME", help="Up to this time.")],
    by: OptionalGroup = None,
    reference: Reference = None,
    where: Where = None,
    level: Level = 95,
    json: Json = False,
    explain: Explain = False,
) -> None:
    """Estimate restricted mean survival times, their difference and ratio.

    Example: topline stat rmst --data adtte.csv --time AVAL --event CNSR=0 --by TRT01P --horizon 24
    """
    from topline.stats import restricted_mean as family
    from topline.stats.survival import kaplan_meier

    confidence = fraction(level)
    read = columns(data, [time, event, by], where)
    labels = read.groups(by, reference) if by else ["all"]
    curves = {}
    for label in labels:
        group = read.within(by, label) if by else read
        curves[label] = kaplan_meier(group.numbers(time), group.happened(event))
    rows = [
        Row(label, family.restricted_mean(curve, horizon, level=confidence))
        for label, curve in curves.items()
    ]
    base = labels[0]
    for label in labels[1:]:
        pair = curves[base], curves[label]
        difference, test = family.restricted_mean_difference(*pair, horizon, level=confidence)
        ratio = family.restricted_mean_ratio(*pair, horizon, level=confidence)
        rows += [
            Row(f"{label} - {base}", difference),
            Row(f"{label} - {base}, test", test),
            Row(f"{label} / {base}", ratio),
        ]
    report(rows, json=json, notes=read.notes)


def competing_risks(
    data: Data,
    time: Time,
    cause: _Cause,
    at: Annotated[
        list[float], typer.Option("--at", metavar="TIME", help="A time; may be repeated.")
    ],
    by: OptionalGroup = None,
    strata: Strata = None,
    of: _Interest = 1,
    transform: Annotated[
        str, typer.Option(metavar="NAME", help="The scale of limits: plain, log or log-log.")
    ] = "log-log",
    variance: Annotated[
        str, typer.Option(metavar="NAME", help="aalen-johansen, or hypergeometric as R's cmprsk.")
    ] = "aalen-johansen",
    where: Where = None,
    level: Level = 95,
    json: Json = False,
    explain: Explain = False,
) -> None:
    """Estimate cumulative incidences of competing causes; between groups Gray's test.

    Example: topline stat competing-risks --data adtte.csv --time AVAL --cause STATUS --at 12 --by TRT01P
    """
    from topline.stats.competing_risks import cumulative_incidence, incidence_at
    from topline.stats.gray_test import gray_test

    confidence = fraction(level)
    read = columns(data, [time, cause, by, strata], where)
    rows: list[Row] = []
    for label in read.groups(by) if by else [""]:
        group = read.within(by, label) if by else read
        curve = cumulative_incidence(group.numbers(time), group.numbers(cause))
        opening = f"{label}: " if label else ""
        for code in curve.causes:
            for when in at:
                found = incidence_at(
                    curve, code, when, level=confidence, transform=transform, variance=variance
                )
                rows.append(Row(f"{opening}cause {code} at {when:g}", found))
    if by is not None:
        tested = gray_test(
            read.numbers(time),
            read.numbers(cause),
            read.labels(by),
            event=of,
            strata=read.labels(strata) if strata else None,
        )
        rows.append(Row(f"Gray's test of cause {of}", tested.test))
    report(rows, json=json, notes=read.notes)


def fine_gray(
    data: Data,
    time: Time,
    cause: _Cause,
    of: _Interest = 1,
    covariate: Covariates = None,
    factor: Factors = None,
    where: Where = None,
    level: Level = 95,
    json: Json = False,
    explain: Explain = False,
) -> None:
    """Estimate subdistribution hazard ratios by Fine and Gray's regression.

    Example: topline stat fine-gray --data adtte.csv --time AVAL --cause STATUS --factor TRT01P
    """
    from topline.stats.fine_gray import fine_gray as fit_fine_gray

    confidence = fraction(level)
    read = columns(data, [time, cause, *(covariate or ()), *(factor or ())], where)
    design, names = _design(read, covariate, factor)
    fit = fit_fine_gray(
        read.numbers(time), read.numbers(cause), design, event=of, names=names, level=confidence
    )
    rows: list[Row] = []
    for name, ratio, test in zip(fit.names, fit.hazard_ratios, fit.coefficient_tests, strict=True):
        rows += [Row(name, ratio), Row(f"{name}, test", test)]
    rows.append(Row("likelihood ratio", fit.likelihood_ratio))
    report(rows, json=json, notes=(*read.notes, *fit.notes))


COMMANDS = (
    StatCommand(
        name="cox",
        run=cox,
        functions=(
            "cox:cox",
            "proportional_hazards:proportional_hazards",
            "concordance:cox_concordance",
        ),
    ),
    StatCommand(
        name="rmst",
        run=rmst,
        functions=(
            "restricted_mean:restricted_mean",
            "restricted_mean:restricted_mean_difference",
            "restricted_mean:restricted_mean_ratio",
        ),
    ),
    StatCommand(
        name="competing-risks",
        run=competing_risks,
        functions=(
            "competing_risks:cumulative_incidence",
            "competing_risks:incidence_at",
            "competing_risks:incidence_error",
            "gray_test:gray_test",
        ),
        methods=("competing_risks:VARIANCES",),
    ),
    StatCommand(name="fine-gray", run=fine_gray, functions=("fine_gray:fine_gray",)),
)
"""The commands for hazards and competing causes."""
