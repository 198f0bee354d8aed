"""``topline stat`` for several studies: pooling, and an effect from what was published of it."""

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from topline.cli.options import Json
from topline.cli.stat_columns import Columns, columns
from topline.cli.stat_command import StatCommand
from topline.cli.stat_options import Explain, Level, Where, fraction
from topline.cli.stat_report import Row, number, report
from topline.errors import UsageError

if TYPE_CHECKING:
    from topline.stats.effect_sizes import EffectSizes
    from topline.stats.estimate import Estimate, Scale
    from topline.stats.heterogeneity import Heterogeneity

_COUNTS = ("COUNT", "NUMBER", "CONTROL_COUNT", "CONTROL_NUMBER")

_Method = Annotated[
    str,
    typer.Option(
        "--method",
        metavar="NAME",
        is_eager=True,
        help="The estimator of the variance between studies: REML, DL, PM, …, EE for none; or of "
        "counts MH or PETO.",
    ),
]
_Log = Annotated[
    bool, typer.Option("--log", help="Effects are logarithms of ratios; give the ratio, too.")
]


def pool(
    data: Annotated[
        Path, typer.Argument(metavar="FILE", help="One record for each study: CSV or Parquet.")
    ],
    effect: Annotated[str, typer.Option(metavar="COL", help="The column of effects.")] = "EFFECT",
    variance: Annotated[
        str | None, typer.Option(metavar="COL", help="Of their variances; VARIANCE by default.")
    ] = None,
    error: Annotated[
        str | None, typer.Option(metavar="COL", help="Of their standard errors instead.")
    ] = None,
    measure: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help=f"From counts: OR, RR, RD, AS or PETO; columns {', '.join(_COUNTS)}.",
        ),
    ] = None,
    method: _Method = "REML",
    hartung_knapp: Annotated[
        bool, typer.Option("--hartung-knapp", help="Hartung and Knapp's interval.")
    ] = False,
    floor: Annotated[
        bool, typer.Option("--floor", help="Hartung and Knapp's interval, not narrower than plain.")
    ] = False,
    prediction: Annotated[
        str, typer.Option(metavar="WORD", help="normal, 'studies - 1' or 'studies - 2'.")
    ] = "studies - 2",
    bias: Annotated[bool, typer.Option("--bias", help="Tests of funnel asymmetry, too.")] = False,
    log: _Log = False,
    where: Where = None,
    level: Level = 95,
    json: Json = False,
    explain: Explain = False,
) -> None:
    """Pool the effects of studies, given as effects with variances or as counts.

    Example: topline stat pool effects.csv --method REML --hartung-knapp
    """
    confidence = fraction(level)
    if method in ("MH", "PETO"):
        if hartung_knapp or floor or bias or log or (method == "PETO" and measure is not None):
            raise UsageError(
                f"{method} pools counts by its own weights, with a normal interval",
                where="--method",
                accepted="--measure OR, RR or RD with MH; no measure with PETO; no other interval",
            )
        read = columns(data, _COUNTS, where)
        found = list(_counted(read, method, measure, confidence))
    else:
        read, sizes, scale = _sizes(data, (effect, variance, error), measure, where, log=log)
        interval = (
            "hartung-knapp-floor" if floor else "hartung-knapp" if hartung_knapp else "normal"
        )
        found = list(_pooled(sizes, scale, (method, interval, prediction), confidence))
        if bias:
            found += _asymmetry(sizes)
    report(found, json=json, notes=read.notes)


def _sizes(
    data: Path,
    named: tuple[str, str | None, str | None],
    measure: str | None,
    where: list[str] | None,
    *,
    log: bool,
) -> "tuple[Columns, EffectSizes, Scale]":
    from topline.stats.effect_sizes import EffectSizes
    from topline.stats.effect_sizes_two_by_two import two_by_two_effects

    if measure is not None:
        read = columns(data, _COUNTS, where)
        counted = two_by_two_effects(*(read.numbers(name) for name in _COUNTS), measure=measure)
        if counted.reasons:
            place, reason = next(iter(counted.reasons.items()))
            raise UsageError(
                f"study {place + 1} has no effect: {reason}",
                accepted="--method MH or PETO, which pool counts",
            )
        return read, counted, counted.scale
    effect, variance, error = named
    if variance is not None and error is not None:
        raise UsageError("both --variance and --error are named", accepted="one of them")
    spread = error or variance or "VARIANCE"
    read = columns(data, [effect, spread], where)
    variances = read.numbers(spread) ** 2 if error else read.numbers(spread)
    scale: Scale = "log" if log else "natural"
    sizes = EffectSizes(
        value=read.numbers(effect), variance=variances, measure="", scale=scale, method="as given"
    )
    return read, sizes, scale


def _pooled(
    sizes: "EffectSizes", scale: "Scale", asked: tuple[str, str, str], level: float
) -> Iterator[Row]:
    from topline.stats.pooling import pool as pool_effects
    from topline.stats.pooling import prediction_interval

    method, interval, prediction = asked
    found = pool_effects(
        sizes.value, sizes.variance, method=method, interval=interval, level=level, scale=scale
    )
    yield from _effect("effect", found.estimate)
    yield Row("test", found.test)
    yield Row("studies", number(found.studies, "count"))
    if method != "EE" and found.studies > 1:
        yield from _effect("prediction", prediction_interval(found, reference=prediction))
        yield Row("tau squared", number(found.between_study_variance, found.method))
    yield from _spread(found.heterogeneity)


def _effect(name: str, found: "Estimate") -> Iterator[Row]:
    yield Row(name, found)
    if found.scale == "log" and found.value is not None:
        ratio = replace(
            found,
            value=math.exp(found.value),
            lower=None if found.lower is None else math.exp(found.lower),
            upper=None if found.upper is None else math.exp(found.upper),
            scale="natural",
            standard_error=None,
            degrees_of_freedom=None,
        )
        yield Row(f"{name} as ratio", ratio)


def _spread(found: "Heterogeneity") -> Iterator[Row]:
    yield Row("Q", found.test)
    yield Row("I squared", number(found.i_squared, f"percent; {found.method}"))
    yield Row("H squared", number(found.h_squared, found.method))


def _counted(read: Columns, method: str, measure: str | None, level: float) -> Iterator[Row]:
    from topline.stats.mantel_haenszel_pooling import pool_mantel_haenszel
    from topline.stats.peto_pooling import pool_peto

    counts = tuple(read.numbers(name) for name in _COUNTS)
    if method == "MH":
        found = pool_mantel_haenszel(*counts, measure=measure or "OR", level=level)
    else:
        found = pool_peto(*counts, level=level)
    yield from _effect("effect", found.estimate)
    yield Row("test", found.test)
    if found.association is not None:
        yield Row("association", found.association)
    for name, test in found.homogeneity:
        yield Row(f"homogeneity, {name}", test)
    yield from _spread(found.heterogeneity)


def _asymmetry(sizes: "EffectSizes") -> Iterator[Row]:
    from topline.stats.publication_bias import begg_test, egger_test

    yield Row("Egger", egger_test(sizes.value, sizes.variance).test)
    yield Row("Begg", begg_test(sizes.value, sizes.variance))


def from_summary(
    lower: Annotated[float, typer.Option(metavar="NUMBER", help="The published lower limit.")],
    upper: Annotated[float, typer.Option(metavar="NUMBER", help="The published upper limit.")],
    value: Annotated[
        float | None, typer.Option(metavar="NUMBER", help="The published effect.")
    ] = None,
    ratio: Annotated[bool, typer.Option("--ratio", help="The effect is a ratio.")] = False,
    level: Level = 95,
    json: Json = False,
    explain: Explain = False,
) -> None:
    """Give the effect and its standard error behind published confidence limits.

    Example: topline stat from-summary --lower 0.50 --upper 0.92 --value 0.68 --ratio
    """
    from topline.stats.effect_sizes import effects_from_intervals
    from topline.stats.estimate import Estimate

    found = effects_from_intervals(
        [lower],
        [upper],
        value=None if value is None else [value],
        level=fraction(level),
        ratio=ratio,
    )
    estimate = Estimate(
        value=float(found.value[0]),
        standard_error=math.sqrt(float(found.variance[0])),
        scale=found.scale,
        method=found.method,
    )
    variance = number(float(found.variance[0]), found.method)
    report([Row("effect", estimate), Row("variance", variance)], json=json)


COMMANDS = (
    StatCommand(
        name="pool",
        run=pool,
        functions=(
            "pooling:pool",
            "pooling:prediction_interval",
            "effect_sizes_two_by_two:two_by_two_effects",
            "mantel_haenszel_pooling:pool_mantel_haenszel",
            "peto_pooling:pool_peto",
            "publication_bias:egger_test",
            "publication_bias:begg_test",
        ),
        methods=(
            "between_study_variance:METHODS",
            "pooling:INTERVALS",
            "effect_sizes_two_by_two:MEASURES",
        ),
    ),
    StatCommand(
        name="from-summary",
        run=from_summary,
        functions=("effect_sizes:effects_from_intervals",),
    ),
)
"""The commands for several studies."""
