"""``topline stat`` for times to an event: curves, tests, regressions, competing causes."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from topline.cli.options import Json
from topline.cli.stat_columns import columns
from topline.cli.stat_command import StatCommand
from topline.cli.stat_options import (
    Data,
    Entry,
    Event,
    Explain,
    Group,
    Level,
    OptionalGroup,
    Reference,
    SidesWord,
    Strata,
    Time,
    Where,
    alternative,
    fraction,
)
from topline.cli.stat_report import Row, number, report

if TYPE_CHECKING:
    from topline.stats.survival import SurvivalCurve

_Transform = Annotated[
    str,
    typer.Option(
        metavar="NAME", help="The scale of limits: plain, log, log-log, logit or arcsine."
    ),
]
_At = Annotated[
    list[float] | None,
    typer.Option(
        "--at",
        metavar="TIME",
        help="Survival, cumulative hazard and number at risk at this time; may be repeated.",
    ),
]


def km(
    data: Data,
    time: Time,
    event: Event,
    by: OptionalGroup = None,
    reference: Reference = None,
    entry: Entry = None,
    transform: _Transform = "log-log",
    at: _At = None,
    quantile: Annotated[
        list[float] | None,
        typer.Option(metavar="SHARE", help="The time this share has the event; may be repeated."),
    ] = None,
    crossing: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="Where limits that rise again cross: first, or nearest as R looks them up.",
        ),
    ] = "first",
    follow_up: Annotated[
        bool, typer.Option("--follow-up", help="The median follow-up by reverse Kaplan–Meier, too.")
    ] = False,
    where: Where = None,
    level: Level = 95,
    json: Json = False,
    explain: Explain = False,
) -> None:
    """Estimate survival by Kaplan and Meier: the median, other quantiles, survival at times and its differences.

    Example: topline stat km --data adtte.csv --time AVAL --event CNSR=0 --by TRT01P --at 12
    """
    from topline.stats.survival import kaplan_meier, survival_quantile

    confidence = fraction(level)
    read = columns(data, [time, event, by, entry], where)
    rows: list[Row] = []
    curves: dict[str, SurvivalCurve] = {}
    for label in read.groups(by, reference) if by else [""]:
        group = read.within(by, label) if by else read
        opening = f"{label}: " if label else ""
        times, happened = group.times(time), group.happened(event)
        entered = group.times(entry) if entry else None
        curves[label] = curve = kaplan_meier(times, happened, entered)
        rows.append(Row(f"{opening}participants", number(curve.number, "count")))
        rows.append(Row(f"{opening}events", number(float(curve.events.sum()), "count")))
        for share in quantile or [0.5]:
            name = "median" if share == 0.5 else f"quantile {share:g}"
            found = survival_quantile(
                curve, share, level=confidence, transform=transform, crossing=crossing
            )
            rows.append(Row(f"{opening}{name}", found))
        if follow_up:
            # Who has the event is censored in the time that observation would have lasted.
            reverse = kaplan_meier(times, 1 - happened, entered)
            found = survival_quantile(
                reverse, 0.5, level=confidence, transform=transform, crossing=crossing
            )
            method = f"reverse {found.method}, of censoring"
            rows.append(Row(f"{opening}median follow-up", replace(found, method=method)))
        for when in at or ():
            rows += _at(opening, curve, when, confidence, transform)
    rows += _differences(curves, at or (), confidence, transform)
    report(rows, json=json, notes=read.notes)


def _at(
    opening: str, curve: "SurvivalCurve", when: float, level: float, transform: str
) -> Iterator[Row]:
    import numpy as np

    from topline.stats.estimate import Estimate
    from topline.stats.survival import nelson_aalen, number_at_risk, survival_at

    survival = survival_at(curve, when, level=level, transform=transform)
    yield Row(f"{opening}survival at {when:g}", survival)
    at_risk = number(float(number_at_risk(curve, [when])[0]), "count")
    yield Row(f"{opening}at risk at {when:g}", at_risk)
    found = nelson_aalen(curve)
    place = int(np.searchsorted(found.time, when, side="right")) - 1
    hazard, error = (
        (0.0, 0.0)
        if place < 0
        else (float(found.hazard[place]), float(found.standard_error[place]))
    )
    # Beyond the last time nothing was observed that could add to the hazard, nor show that nothing does.
    notes = () if survival.value is not None else ("value: follow-up ends before this time",)
    estimate = Estimate(
        value=None if notes else hazard,
        standard_error=None if notes else error,
        method="Nelson–Aalen cumulative hazard",
        notes=notes,
    )
    yield Row(f"{opening}cumulative hazard at {when:g}", estimate)


def _differences(
    curves: "dict[str, SurvivalCurve]", times: Iterable[float], level: float, transform: str
) -> Iterator[Row]:
    from topline.stats.survival_difference import survival_difference, survival_difference_test

    base, *others = curves
    for when in times:
        for label in others:
            pair, name = (curves[label], curves[base]), f"{label} - {base}: survival at {when:g}"
            yield Row(name, survival_difference(*pair, when, level=level))
            test = survival_difference_test(*pair, when, transform=transform)
            yield Row(f"{name}, test", test)


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
        read.times(time),
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
            "survival:number_at_risk", "survival:nelson_aalen",
            "survival_difference:survival_difference",
            "survival_difference:survival_difference_test",
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
