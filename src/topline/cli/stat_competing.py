"""``topline stat`` for competing causes: Aalen and Johansen's incidences, Gray's test, Fine and Gray's regression."""

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
    Explain,
    Level,
    OptionalGroup,
    Strata,
    Time,
    Where,
    fraction,
)
from topline.cli.stat_report import Row, number, report

if TYPE_CHECKING:
    from topline.stats.estimate import Estimate, Floats
    from topline.stats.fine_gray import FineGrayFit

_Cause = Annotated[
    str,
    typer.Option(
        "--cause", metavar="COL", help="The column of causes: 0 censored; 1, 2, … the causes."
    ),
]
_Interest = Annotated[int, typer.Option("--of", metavar="CODE", help="The cause of interest.")]


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
    rho: Annotated[
        float, typer.Option(help="Of Gray's test: the power of the weight; 0 for none.")
    ] = 0.0,
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
    whole = cumulative_incidence(read.times(time), read.counts(cause))
    rows: list[Row] = []
    for label in read.groups(by) if by else [""]:
        group = read.within(by, label) if by else read
        opening = f"{label}: " if label else ""
        causes = group.counts(cause)
        curve = cumulative_incidence(group.times(time), causes) if causes.any() else None
        for code in whole.causes:
            for when in at:
                name = f"{opening}cause {code} at {when:g}"
                if curve is None or code not in curve.causes:
                    rows.append(Row(name, _none_happened(confidence)))
                    continue
                found = incidence_at(
                    curve, code, when, level=confidence, transform=transform, variance=variance
                )
                rows.append(Row(name, found))
    if by is not None:
        tested = gray_test(
            read.times(time),
            read.counts(cause),
            read.labels(by),
            event=of,
            strata=read.labels(strata) if strata else None,
            rho=rho,
        )
        rows.append(Row(f"Gray's test of cause {of}", tested.test))
    report(rows, json=json, notes=read.notes)


def _none_happened(level: float) -> "Estimate":
    """Give the incidence of a cause that nobody of a group has an event of."""
    from topline.stats.estimate import Estimate

    reason = "undefined: nobody of the group has an event of the cause"
    return Estimate(
        value=0.0,
        level=level,
        method="Aalen–Johansen probability",
        notes=(f"lower: {reason}", f"upper: {reason}"),
    )


def fine_gray(
    data: Data,
    time: Time,
    cause: _Cause,
    of: _Interest = 1,
    covariate: Covariates = None,
    factor: Factors = None,
    interaction: Interactions = None,
    tied_censorings: Annotated[
        str,
        typer.Option(
            metavar="WORD",
            help="At the time of an event: together, as R's cmprsk, or after, as R's finegray.",
        ),
    ] = "together",
    at: At = None,
    profile: For = None,
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
    matrix = design(read, covariate, factor, interaction)
    made, names = without_intercept(matrix)
    person = profile_of(matrix, profile) if at else None
    fit = fit_fine_gray(
        read.times(time),
        read.counts(cause),
        made,
        event=of,
        names=names,
        level=confidence,
        tied_censorings=tied_censorings,
    )
    rows: list[Row] = []
    for name, ratio, test in zip(fit.names, fit.hazard_ratios, fit.coefficient_tests, strict=True):
        rows += [Row(name, ratio), Row(f"{name}, test", test)]
    causes = read.counts(cause)
    rows += [
        Row("likelihood ratio", fit.likelihood_ratio),
        Row("participants", number(causes.size, "count")),
        Row(f"events of cause {of}", number(int((causes == of).sum()), "count")),
    ]
    if person is not None:
        rows += _predicted(fit, person, at or ())
    report(rows, json=json, notes=(*read.notes, *compared_with(matrix), *fit.notes))


def _predicted(fit: "FineGrayFit", person: "Floats", times: Sequence[float]) -> Iterator[Row]:
    import numpy as np

    from topline.stats.fine_gray import predicted_incidence

    curve = predicted_incidence(fit, person)
    for when in times:
        place = int(np.searchsorted(curve.time, when, side="right"))
        value = 0.0 if place == 0 else float(curve.incidence[place - 1])
        found = number(value, "Fine–Gray regression", notes=curve.notes)
        yield Row(f"predicted incidence at {when:g}", found)


COMMANDS = (
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
    StatCommand(
        name="fine-gray",
        run=fine_gray,
        functions=("fine_gray:fine_gray", "fine_gray:predicted_incidence"),
        methods=("fine_gray:TIED_CENSORINGS",),
    ),
)
"""The commands for competing causes."""
