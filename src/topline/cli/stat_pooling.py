"""``topline stat pool`` and ``effect-sizes``: the effects of studies, and what they come to together."""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from topline.cli.options import Json
from topline.cli.stat_columns import Columns, columns
from topline.cli.stat_command import StatCommand
from topline.cli.stat_options import Explain, Level, Where, fraction
from topline.cli.stat_report import Row, number, report
from topline.cli.stat_studies import (
    NEEDED,
    ONE_GROUP,
    TWO_BY_TWO,
    TWO_RATES,
    Add,
    Asked,
    Effect,
    ErrorColumn,
    Found,
    LimitsLevel,
    Log,
    LowerColumn,
    MeasureName,
    Name,
    Ratio,
    Studies,
    UpperColumn,
    Variance,
    ZeroCells,
    studies,
)
from topline.errors import UsageError

if TYPE_CHECKING:
    from topline.stats.estimate import Estimate, Floats
    from topline.stats.heterogeneity import Heterogeneity

_OF_COUNTS = ("MH", "PETO", "GLMM", "UM.FS", "UM.RS", "CM.AL", "CM.EL")
"""Methods that pool counts themselves, without an effect of each study."""

_Method = Annotated[
    str,
    typer.Option(
        "--method",
        metavar="NAME",
        is_eager=True,
        help="The estimator of the variance between studies: REML, DL, PM, …, EE for none; or of counts MH, PETO, "
        "a mixed model of two groups UM.FS, UM.RS, CM.AL or CM.EL, or of one group GLMM.",
    ),
]


def effect_sizes(
    data: Studies,
    measure: MeasureName = None,
    zero_cells: ZeroCells = None,
    add: Add = 0.5,
    effect: Effect = "EFFECT",
    lower: LowerColumn = None,
    upper: UpperColumn = None,
    limits_level: LimitsLevel = 95,
    ratio: Ratio = False,
    study: Name = None,
    where: Where = None,
    json: Json = False,
    explain: Explain = False,
) -> None:
    """Give the effect of each study with its standard error, from counts, means, rates, correlations or limits.

    Example: topline stat effect-sizes counts.csv --measure OR --study AUTHOR
    """
    from topline.stats.estimate import Estimate

    if measure is None and lower is None:
        raise UsageError(
            "there is nothing to compute effects from",
            accepted="--measure NAME, or --lower COL with --upper COL",
        )
    asked = Asked(
        effect=effect,
        lower=lower,
        upper=upper,
        limits_level=fraction(limits_level, "--limits-level"),
        measure=measure,
        zero_cells=zero_cells,
        add=add,
        ratio=ratio,
        study=study,
    )
    found = studies(data, asked, where)
    sizes = found.sizes
    rows: list[Row] = []
    for place, name in enumerate(found.names):
        reason = sizes.reasons.get(place)
        rows.append(
            Row(
                name,
                Estimate(
                    value=None if reason else float(sizes.value[place]),
                    standard_error=None if reason else math.sqrt(sizes.variance[place]),
                    scale=sizes.scale,
                    method=sizes.method,
                    notes=(f"value: {reason}",) if reason else (),
                ),
            )
        )
    report(rows, json=json, notes=found.read.notes)


def pool(
    data: Studies,
    effect: Effect = "EFFECT",
    variance: Variance = None,
    error: ErrorColumn = None,
    lower: LowerColumn = None,
    upper: UpperColumn = None,
    limits_level: LimitsLevel = 95,
    ratio: Ratio = False,
    measure: MeasureName = None,
    zero_cells: ZeroCells = None,
    add: Add = 0.5,
    method: _Method = "REML",
    hartung_knapp: Annotated[
        bool, typer.Option("--hartung-knapp", help="Hartung and Knapp's interval.")
    ] = False,
    floor: Annotated[
        bool, typer.Option("--floor", help="Hartung and Knapp's interval, not narrower than plain.")
    ] = False,
    henmi_copas: Annotated[
        bool, typer.Option("--henmi-copas", help="Henmi and Copas' interval, too.")
    ] = False,
    prediction: Annotated[
        str, typer.Option(metavar="WORD", help="normal, 'studies - 1' or 'studies - 2'.")
    ] = "studies - 2",
    bias: Annotated[
        bool, typer.Option("--bias", help="Tests of funnel asymmetry, too; more by funnel.")
    ] = False,
    log: Log = False,
    where: Where = None,
    level: Level = 95,
    json: Json = False,
    explain: Explain = False,
) -> None:
    """Pool the effects of studies, given as effects with variances or limits, or computed from counts and others.

    Example: topline stat pool effects.csv --method REML --hartung-knapp
    """
    from topline.stats.between_study_variance import METHODS
    from topline.stats.checking import known

    confidence = fraction(level)
    known("method", method, [*METHODS, *_OF_COUNTS])
    if method in _OF_COUNTS:
        if hartung_knapp or floor or henmi_copas or bias or log:
            raise UsageError(
                f"{method} pools counts by itself, with a normal interval",
                where="--method",
                accepted="no other interval, no tests of asymmetry and no --log with it",
            )
        read, rows = _counted(data, method, measure, zero_cells, where, confidence)
        report(rows, json=json, notes=read.notes)
        return
    asked = Asked(
        effect=effect,
        variance=variance,
        error=error,
        lower=lower,
        upper=upper,
        limits_level=fraction(limits_level, "--limits-level"),
        measure=measure,
        zero_cells=zero_cells,
        add=add,
        ratio=ratio,
        log=log,
    )
    found = studies(data, asked, where)
    interval = "hartung-knapp-floor" if floor else "hartung-knapp" if hartung_knapp else "normal"
    rows = list(_pooled(found, (method, interval, prediction), confidence))
    if henmi_copas:
        rows += _henmi_copas(found, confidence)
    if bias:
        rows += _asymmetry(found)
    report(rows, json=json, notes=found.read.notes)


def _pooled(found: Found, asked: tuple[str, str, str], level: float) -> Iterator[Row]:
    from topline.stats.pooling import pool as pool_effects
    from topline.stats.pooling import prediction_interval

    method, interval, prediction = asked
    effects, variances = found.numbers()
    scale = found.sizes.scale
    pooled = pool_effects(
        effects, variances, method=method, interval=interval, level=level, scale=scale
    )
    back = _back(found)
    yield from effect_and_back("effect", pooled.estimate, back)
    yield Row("test", pooled.test)
    yield Row("studies", number(pooled.studies, "count"))
    if method != "EE" and pooled.studies > 1:
        expected = prediction_interval(pooled, reference=prediction)
        yield from effect_and_back("prediction", expected, back)
        yield _between(effects, variances, pooled.between_study_variance, pooled.method, level)
    yield from _spread(pooled.heterogeneity)


def _between(
    effects: "Floats", variances: "Floats", value: float | None, method: str, level: float
) -> Row:
    """Give τ² with its limits, which are the same for every estimator."""
    from topline.stats.estimate import Estimate
    from topline.stats.heterogeneity import heterogeneity_limits

    limits = heterogeneity_limits(effects, variances, level=level)
    lower, upper = limits.tau_squared
    return Row(
        "tau squared",
        Estimate(
            value=value,
            lower=lower,
            upper=upper,
            level=level,
            method=f"{method}, {limits.method} limits",
            notes=limits.notes,
        ),
    )


_Back = tuple[str, Callable[[float], float]]
"""What an effect is turned back to, in words, and how."""


def _back(found: Found) -> "_Back | None":
    """Say how a pooled effect on a scale of its own is turned back to what people know."""
    from topline.stats.effect_sizes_one_group import (
        ONE_RATE_MEASURES,
        PROPORTION_MEASURES,
        proportion_from_effect,
        rate_from_effect,
    )

    measure = found.sizes.measure
    if measure in PROPORTION_MEASURES:
        harmonic = _harmonic_mean(found.read.numbers("NUMBER"))
        return "proportion", lambda value: float(
            proportion_from_effect([value], measure=measure, harmonic_number=harmonic)[0]
        )
    if measure in ONE_RATE_MEASURES and measure != "IR":
        harmonic = _harmonic_mean(found.read.numbers("TIME"))
        return "rate", lambda value: float(
            rate_from_effect([value], measure=measure, harmonic_time=harmonic)[0]
        )
    if measure == "ZCOR":
        return "correlation", math.tanh
    return ("ratio", math.exp) if found.sizes.scale == "log" else None


def _harmonic_mean(values: "Floats") -> float:
    return float(values.size / (1 / values).sum())


def effect_and_back(name: str, found: "Estimate", back: "_Back | None") -> Iterator[Row]:
    """Give an estimate, and what it is on the scale that people know."""
    yield Row(name, found)
    if back is not None and found.value is not None:
        what, turned = back
        yield Row(
            f"{name} as {what}",
            replace(
                found,
                value=turned(found.value),
                lower=None if found.lower is None else turned(found.lower),
                upper=None if found.upper is None else turned(found.upper),
                scale="natural",
                standard_error=None,
                degrees_of_freedom=None,
            ),
        )


def _spread(found: "Heterogeneity") -> Iterator[Row]:
    yield Row("Q", found.test)
    yield Row("I squared", number(found.i_squared, f"percent; {found.method}"))
    yield Row("H squared", number(found.h_squared, found.method))


def _henmi_copas(found: Found, level: float) -> Iterator[Row]:
    from topline.stats.henmi_copas import henmi_copas_interval

    effects, variances = found.numbers()
    estimate = henmi_copas_interval(effects, variances, level=level, scale=found.sizes.scale)
    yield from effect_and_back("effect, Henmi–Copas", estimate, _back(found))


def _asymmetry(found: Found) -> Iterator[Row]:
    from topline.stats.publication_bias import begg_test, egger_test

    effects, variances = found.numbers()
    yield Row("Egger", egger_test(effects, variances).test)
    yield Row("Begg", begg_test(effects, variances))


def _counted(
    data: Path,
    method: str,
    measure: str | None,
    zero_cells: str | None,
    where: list[str] | None,
    level: float,
) -> tuple[Columns, list[Row]]:
    """Pool counts by one of :data:`_OF_COUNTS`."""
    expected = {"MH": _MANTEL_HAENSZEL, "PETO": ("PETO",), "GLMM": ("PLO",)}.get(method, ("OR",))
    if measure is not None and measure not in expected:
        raise UsageError(
            f"{method} does not pool {measure}",
            where="--measure",
            accepted=f"{' or '.join(expected)} with --method {method}",
        )
    needed = ONE_GROUP if method == "GLMM" else TWO_BY_TWO
    if method == "MH" and measure in ("IRR", "IRD"):
        needed = TWO_RATES
    read = columns(data, needed, where)
    counts = [read.numbers(name) for name in needed]
    if method in ("MH", "PETO"):
        rule = {} if zero_cells is None else {"zero_cells": zero_cells}
        return read, list(_tables(counts, method, measure, rule, level))
    if zero_cells is not None:
        raise UsageError(f"{method} adds nothing to cells", where="--zero-cells", accepted="none")
    return read, list(_mixed(counts, method, level))


_MANTEL_HAENSZEL = ("OR", "RR", "RD", "IRR", "IRD")


def _tables(
    counts: "list[Floats]",
    method: str,
    measure: str | None,
    rule: dict[str, str],
    level: float,
) -> Iterator[Row]:
    from topline.stats import mantel_haenszel_pooling as family
    from topline.stats.peto_pooling import pool_peto

    if method == "PETO":
        found = pool_peto(*counts, level=level, **rule)
    elif measure in family.RATE_TITLES:
        found = family.pool_mantel_haenszel_rates(*counts, measure=measure, level=level, **rule)
    else:
        found = family.pool_mantel_haenszel(*counts, measure=measure or "OR", level=level, **rule)
    ratio: _Back | None = ("ratio", math.exp) if found.estimate.scale == "log" else None
    yield from effect_and_back("effect", found.estimate, ratio)
    yield Row("test", found.test)
    yield Row("studies", number(found.studies, "count"))
    yield Row("informative studies", number(found.informative, "count"))
    if found.association is not None:
        yield Row("association", found.association)
    for name, test in found.homogeneity:
        yield Row(f"homogeneity, {name}", test)
    yield from _spread(found.heterogeneity)


def _mixed(counts: "list[Floats]", method: str, level: float) -> Iterator[Row]:
    from topline.stats.pooling_mixed import pool_odds_ratios, pool_proportions

    back: _Back
    if method == "GLMM":
        found = pool_proportions(*counts, level=level)
        back = "proportion", lambda value: 1 / (1 + math.exp(-value))
    else:
        found = pool_odds_ratios(*counts, model=method, level=level)
        back = "ratio", math.exp
    yield from effect_and_back("effect", found.estimate, back)
    yield Row("test", found.test)
    yield Row("studies", number(found.studies, "count"))
    yield Row("informative studies", number(found.informative, "count"))
    variance = found.between_study_variance
    why = "undefined where the estimate is at infinity"
    yield Row("tau squared", number(variance, found.method, why=why))
    if found.study_variance is not None:
        yield Row("variance of baselines", number(found.study_variance, found.method))
    yield Row("one effect, Wald", found.wald_test)
    yield Row("one effect, likelihood ratio", found.likelihood_ratio_test)


COMMANDS = (
    StatCommand(
        name="effect-sizes",
        run=effect_sizes,
        functions=(
            "effect_sizes_two_by_two:two_by_two_effects",
            "effect_sizes_means:mean_effects",
            "effect_sizes_rates:rate_effects",
            "effect_sizes_one_group:proportion_effects",
            "effect_sizes_one_group:one_rate_effects",
            "effect_sizes_one_group:correlation_effects",
            "effect_sizes:effects_from_intervals",
        ),
        methods=(
            "effect_sizes_two_by_two:MEASURES",
            "effect_sizes_two_by_two:ZERO_CELL_RULES",
            "effect_sizes_means:MEAN_MEASURES",
            "effect_sizes_rates:RATE_MEASURES",
            "effect_sizes_one_group:PROPORTION_MEASURES",
        ),
        remarks=NEEDED,
    ),
    StatCommand(
        name="pool",
        run=pool,
        functions=(
            "pooling:pool",
            "pooling:prediction_interval",
            "heterogeneity:heterogeneity_limits",
            "henmi_copas:henmi_copas_interval",
            "effect_sizes_one_group:proportion_from_effect",
            "mantel_haenszel_pooling:pool_mantel_haenszel",
            "mantel_haenszel_pooling:pool_mantel_haenszel_rates",
            "peto_pooling:pool_peto",
            "pooling_mixed:pool_odds_ratios",
            "pooling_mixed:pool_proportions",
            "publication_bias:egger_test",
            "publication_bias:begg_test",
        ),
        methods=(
            "between_study_variance:METHODS",
            "pooling:INTERVALS",
            "pooling_mixed:MODELS",
            "effect_sizes_two_by_two:MEASURES",
            "effect_sizes_two_by_two:ZERO_CELL_RULES",
        ),
        remarks=NEEDED,
    ),
)
"""The commands for several studies together."""
