"""``topline stat`` for hazards: Cox's regression, concordance, restricted means."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from topline.cli.options import Json
from topline.cli.stat_columns import columns
from topline.cli.stat_command import StatCommand
from topline.cli.stat_design import (
    At,
    Covariates,
    Factors,
    For,
    Interactions,
    compared_with,
    design,
    profile_of,
    without_intercept,
)
from topline.cli.stat_options import (
    Data,
    Entry,
    Event,
    Explain,
    Level,
    OptionalGroup,
    Reference,
    Strata,
    Time,
    Where,
    fraction,
)
from topline.cli.stat_report import Row, number, report

if TYPE_CHECKING:
    from topline.stats.cox import CoxFit
    from topline.stats.estimate import Floats
    from topline.stats.model_matrix import ModelMatrix

_Weights = Annotated[
    str | None, typer.Option(metavar="COL", help="The column of weights of participants.")
]


def cox(
    data: Data,
    time: Time,
    event: Event,
    covariate: Covariates = None,
    factor: Factors = None,
    interaction: Interactions = None,
    strata: Strata = None,
    entry: Entry = None,
    weights: _Weights = None,
    cluster: Annotated[
        str | None,
        typer.Option(metavar="COL", help="Standard errors robust to dependence within these."),
    ] = None,
    robust: Annotated[bool, typer.Option("--robust", help="Robust standard errors.")] = False,
    ties: Annotated[str, typer.Option(metavar="NAME", help="efron, breslow or exact.")] = "efron",
    scale: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="Of time in the test of hazards: km, identity, log or rank."
        ),
    ] = "km",
    at: At = None,
    profile: For = None,
    where: Where = None,
    level: Level = 95,
    json: Json = False,
    explain: Explain = False,
) -> None:
    """Estimate hazard ratios by Cox's regression, with tests of the model.

    Example: topline stat cox --data adtte.csv --time AVAL --event CNSR=0 --factor TRT01P=Placebo
    """
    from topline.stats.concordance import cox_concordance
    from topline.stats.cox import cox as fit_cox

    confidence = fraction(level)
    asked = [time, event, strata, entry, weights, cluster, *(covariate or ()), *(factor or ())]
    read = columns(data, asked, where)
    matrix = design(read, covariate, factor, interaction)
    made, names = without_intercept(matrix)
    person = profile_of(matrix, profile) if at else None
    fit = fit_cox(
        read.times(time),
        read.happened(event),
        made,
        names=names,
        entry=read.times(entry) if entry else None,
        strata=read.labels(strata) if strata else None,
        weights=read.numbers(weights) if weights else None,
        cluster=read.labels(cluster) if cluster else None,
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
        rows += _proportional(fit, matrix, scale)
        rows.append(Row("concordance", cox_concordance(fit, level=confidence).estimate))
    if person is not None:
        rows += _predicted(fit, person, at or ())
    report(rows, json=json, notes=(*read.notes, *compared_with(matrix), *fit.notes))


def _proportional(fit: "CoxFit", matrix: "ModelMatrix", scale: str) -> Iterator[Row]:
    """Test whether hazards are proportional, as a whole and for each term of several."""
    from topline.stats.proportional_hazards import proportional_hazards

    terms = {
        "*".join(term): [
            name for name, of in zip(matrix.names, matrix.term_of, strict=True) if of == position
        ]
        for position, term in enumerate(matrix.terms)
        if term
    }
    found = proportional_hazards(fit, scale=scale, terms=terms)
    if len(terms) > 1:
        for term, test in zip(found.terms, found.tests, strict=True):
            yield Row(f"proportional hazards, {term}", test)
    yield Row("proportional hazards", found.overall)


def _predicted(fit: "CoxFit", person: "Floats", times: Sequence[float]) -> Iterator[Row]:
    import numpy as np

    from topline.stats.baseline_hazard import predicted_survival

    for curve in predicted_survival(fit, person):
        opening = "" if curve.stratum == "all" else f"{curve.stratum}: "
        for when in times:
            place = int(np.searchsorted(curve.time, when, side="right"))
            value = 1.0 if place == 0 else float(curve.survival[place - 1])
            found = number(value, "Cox regression", notes=curve.notes)
            yield Row(f"{opening}predicted survival at {when:g}", found)


def concordance(
    data: Data,
    time: Time,
    event: Event,
    score: Annotated[
        str, typer.Option(metavar="COL", help="The column of risks: higher is an earlier event.")
    ],
    strata: Strata = None,
    entry: Entry = None,
    weights: _Weights = None,
    where: Where = None,
    level: Level = 95,
    json: Json = False,
    explain: Explain = False,
) -> None:
    """Estimate how often, of two participants, the one with the higher score has the event first.

    Example: topline stat concordance --data adtte.csv --time AVAL --event CNSR=0 --score RISK
    """
    from topline.stats.concordance import concordance as estimate

    confidence = fraction(level)
    read = columns(data, [time, event, score, strata, entry, weights], where)
    found = estimate(
        read.times(time),
        read.happened(event),
        read.numbers(score),
        strata=read.labels(strata) if strata else None,
        entry=read.times(entry) if entry else None,
        weights=read.numbers(weights) if weights else None,
        level=confidence,
    )
    rows = [Row("concordance", found.estimate)]
    for part in ("concordant", "discordant", "tied"):
        rows.append(Row(part, number(getattr(found, part), "pairs")))
    report(rows, json=json, notes=read.notes)


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
        curves[label] = kaplan_meier(group.times(time), group.happened(event))
    rows = [
        Row(label, family.restricted_mean(curve, horizon, level=confidence))
        for label, curve in curves.items()
    ]
    base = labels[0]
    for label in labels[1:]:
        pair = curves[label], curves[base]
        difference, test = family.restricted_mean_difference(*pair, horizon, level=confidence)
        ratio = family.restricted_mean_ratio(*pair, horizon, level=confidence)
        rows += [
            Row(f"{label} - {base}", difference),
            Row(f"{label} - {base}, test", test),
            Row(f"{label} / {base}", ratio),
        ]
    report(rows, json=json, notes=read.notes)


COMMANDS = (
    StatCommand(
        name="cox",
        run=cox,
        functions=(
            "cox:cox",
            "proportional_hazards:proportional_hazards",
            "concordance:cox_concordance",
            "baseline_hazard:predicted_survival",
        ),
    ),
    StatCommand(name="concordance", run=concordance, functions=("concordance:concordance",)),
    StatCommand(
        name="rmst",
        run=rmst,
        functions=(
            "restricted_mean:restricted_mean",
            "restricted_mean:restricted_mean_difference",
            "restricted_mean:restricted_mean_ratio",
        ),
    ),
)
"""The commands for hazards."""
