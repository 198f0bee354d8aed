"""``topline stat`` for times to an event: curves, tests, regressions, competing causes."""

from typing import Annotated

import typer

from topline.cli.options import Json
from topline.cli.stat_columns import columns
from topline.cli.stat_command import StatCommand
from topline.cli.stat_options import (
    Data,
    Event,
    Explain,
    Group,
    Level,
    OptionalGroup,
    SidesWord,
    Strata,
    Time,
    Where,
    alternative,
    fraction,
)
from topline.cli.stat_report import Row, number, report

_Transform = Annotated[
    str,
    typer.Option(
        metavar="NAME", help="The scale of limits: plain, log, log-log, logit or arcsine."
    ),
]
_At = Annotated[
    list[float] | None,
    typer.Option("--at", metavar="TIME", help="Survival at this time; may be repeated."),
]


def km(
    data: Data,
    time: Time,
    event: Event,
    by: OptionalGroup = None,
    transform: _Transform = "log-log",
    at: _At = None,
    quantile: Annotated[
        list[float] | None,
        typer.Option(metavar="SHARE", help="The time this share has the event; may be repeated."),
    ] = None,
    where: Where = None,
    level: Level = 95,
    json: Json = False,
    explain: Explain = False,
) -> None:
    """Estimate survival by Kaplan and Meier: the median, other quantiles, survival at times.

    Example: topline stat km --data adtte.csv --time AVAL --event CNSR=0 --by TRT01P --at 12
    """
    from topline.stats.survival import kaplan_meier, survival_at, survival_quantile

    confidence = fraction(level)
    read = columns(data, [time, event, by], where)
    rows: list[Row] = []
    for label in read.groups(by) if by else [""]:
        group = read.within(by, label) if by else read
        opening = f"{label}: " if label else ""
        curve = kaplan_meier(group.numbers(time), group.happened(event))
        rows.append(Row(f"{opening}participants", number(curve.number, "count")))
        rows.append(Row(f"{opening}events", number(float(curve.events.sum()), "count")))
        for share in quantile or [0.5]:
            name = "median" if share == 0.5 else f"quantile {share:g}"
            found = survival_quantile(curve, share, level=confidence, transform=transform)
            rows.append(Row(f"{opening}{name}", found))
        for when in at or ():
            survival = survival_at(curve, when, level=confidence, transform=transform)
            rows.append(Row(f"{opening}survival at {when:g}", survival))
    report(rows, json=json, notes=read.notes)


def log_rank(
    data: Data,
    time: Time,
    event: Event,
    by: Group,
    strata: Strata = None,
    weight: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="log-rank, gehan-breslow, tarone-ware, fleming-harrington, peto-peto or andersen.",
        ),
    ] = "log-rank",
    rho: Annotated[float, typer.Option(help="Of fleming-harrington.")] = 0.0,
    gamma: Annotated[float, typer.Option(help="Of fleming-harrington.")] = 0.0,
    where: Where = None,
    sides: SidesWord = "two-sided",
    level: Level = 95,
    json: Json = False,
    explain: Explain = False,
) -> None:
    """Test whether groups share one survival curve; for two groups with Peto's and Pike's hazard ratios.

    Example: topline stat log-rank --data adtte.csv --time AVAL --event CNSR=0 --by TRT01P
    """
    from topline.stats import log_rank as family
    from topline.stats.hazard_ratio import peto_hazard_ratio, pike_hazard_ratio

    confidence, side = fraction(level), alternative(sides)
    read = columns(data, [time, event, by, strata], where)
    labels = read.labels(by)
    found = family.log_rank(
        read.numbers(time),
        read.happened(event),
        labels,
        strata=read.labels(strata) if strata else None,
        weight=weight,
        rho=rho,
        gamma=gamma,
        sides=side,
    )
    rows = [Row("test", found.test)]
    if len(found.groups) > 2:
        rows.append(Row("trend", family.trend(found)))
    for place, label in enumerate(found.groups):
        rows.append(Row(f"{label}: observed", number(float(found.observed[place]), "events")))
        rows.append(Row(f"{label}: expected", number(float(found.expected[place]), "events")))
    if len(found.groups) == 2 and weight == "log-rank":
        compared = f"{found.groups[0]} / {found.groups[1]}"
        rows.append(Row(f"{compared}, Peto", peto_hazard_ratio(found, level=confidence)))
        rows.append(Row(f"{compared}, Pike", pike_hazard_ratio(found, level=confidence)))
    report(rows, json=json, notes=read.notes)


COMMANDS = (
    StatCommand(
        name="km",
        run=km,
        functions=(
            "survival:kaplan_meier", "survival:survival_quantile", "survival:survival_at",
        ),
    ),
    StatCommand(
        name="log-rank",
        run=log_rank,
        functions=(
            "log_rank:log_rank", "log_rank:trend", "hazard_ratio:peto_hazard_ratio",
            "hazard_ratio:pike_hazard_ratio",
        ),
        methods=("log_rank:WEIGHTS",),
    ),
)  # fmt: skip
"""The commands for survival."""
