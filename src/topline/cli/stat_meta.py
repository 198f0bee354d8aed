"""``topline stat`` for what lies behind a pooled effect: moderators, funnels, single studies, studies over time."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, cast

import typer

from topline.cli.options import Json
from topline.cli.stat_command import StatCommand
from topline.cli.stat_options import Explain, Level, Where, fraction
from topline.cli.stat_report import Row, number, report
from topline.cli.stat_studies import (
    NEEDED,
    Asked,
    Effect,
    ErrorColumn,
    Found,
    MeasureName,
    Name,
    Studies,
    Variance,
    ZeroCells,
    studies,
)
from topline.errors import UsageError

if TYPE_CHECKING:
    from topline.stats.estimate import Estimate, Floats
    from topline.stats.many_poolings import Poolings
    from topline.stats.trim_and_fill import Side

_Method = Annotated[
    str,
    typer.Option(
        "--method",
        metavar="NAME",
        is_eager=True,
        help="The estimator of the variance between studies: REML, DL, PM, …, EE for none.",
    ),
]
_Interval = Annotated[
    str,
    typer.Option(metavar="NAME", help="normal, hartung-knapp or hartung-knapp-floor."),
]


def meta_regression(
    data: Studies,
    moderator: Annotated[
        list[str] | None,
        typer.Option(metavar="COL", help="A column of numbers; may be repeated."),
    ] = None,
    factor: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COL[=CATEGORY]",
            help="A column of categories, compared with CATEGORY or the first; may be repeated.",
        ),
    ] = None,
    effect: Effect = "EFFECT",
    variance: Variance = None,
    error: ErrorColumn = None,
    measure: MeasureName = None,
    zero_cells: ZeroCells = None,
    method: _Method = "REML",
    interval: _Interval = "normal",
    where: Where = None,
    level: Level = 95,
    json: Json = False,
    explain: Explain = False,
) -> None:
    """Regress the effects of studies on what differs between them.

    Example: topline stat meta-regression effects.csv --moderator DOSE --interval hartung-knapp
    """
    from topline.stats.meta_regression import regress_effects

    confidence = fraction(level)
    if not moderator and not factor:
        raise UsageError(
            "there is no moderator", accepted="--moderator COL or --factor COL, or several"
        )
    asked = Asked(
        effect=effect, variance=variance, error=error, measure=measure, zero_cells=zero_cells
    )
    found = studies(data, asked, where, [*(moderator or ()), *(factor or ())])
    fitted = regress_effects(
        *found.numbers(),
        _moderators(found, moderator or (), factor or ()),
        method=method,
        interval=interval,
        level=confidence,
    )
    rows: list[Row] = []
    for term, estimate in fitted.coefficients.items():
        rows += [Row(term, estimate), Row(f"{term}, test", fitted.tests[term])]
    rows += [
        Row("moderators, test", fitted.moderator_test),
        Row("residual heterogeneity", fitted.heterogeneity.test),
        Row("I squared", number(fitted.heterogeneity.i_squared, "percent, residual")),
        Row("tau squared", number(fitted.between_study_variance, "residual")),
        Row(
            "R squared",
            number(
                fitted.explained,
                "percent of the variance between studies",
                why="undefined: there is no variance to explain",
            ),
        ),
    ]
    report(rows, json=json, notes=(*found.read.notes, *fitted.notes))


def _moderators(
    found: Found, moderator: Sequence[str], factor: Sequence[str]
) -> "dict[str, Floats]":
    import numpy as np

    read = found.read
    columns = {name.upper(): read.numbers(name) for name in moderator}
    for text in factor:
        name, _, reference = text.partition("=")
        labels = np.array(read.labels(name))
        for label in read.groups(name, reference or None)[1:]:
            columns[f"{name.upper()}{label}"] = (labels == label).astype(np.float64)
    return columns


def funnel(
    data: Studies,
    effect: Effect = "EFFECT",
    variance: Variance = None,
    error: ErrorColumn = None,
    measure: MeasureName = None,
    zero_cells: ZeroCells = None,
    method: _Method = "REML",
    predictor: Annotated[
        str, typer.Option(metavar="NAME", help="Of Egger's test: 'standard error' or variance.")
    ] = "standard error",
    estimator: Annotated[
        str, typer.Option(metavar="NAME", help="Of missing studies: L0, R0 or Q0.")
    ] = "L0",
    side: Annotated[
        str | None,
        typer.Option(metavar="WORD", help="Where studies are missing: left or right; else found."),
    ] = None,
    where: Where = None,
    level: Level = 95,
    json: Json = False,
    explain: Explain = False,
) -> None:
    """Judge whether small studies differ: Egger, Begg, trim and fill, failsafe numbers.

    Example: topline stat funnel effects.csv --method REML
    """
    from topline.stats import publication_bias as family
    from topline.stats.trim_and_fill import trim_and_fill

    confidence = fraction(level)
    asked = Asked(
        effect=effect, variance=variance, error=error, measure=measure, zero_cells=zero_cells
    )
    found = studies(data, asked, where)
    effects, variances = found.numbers()
    rows: list[Row] = []
    for name, model in (("Egger", None), (f"Egger, {method}", method)):
        tested = family.egger_test(
            effects, variances, method=model, predictor=predictor, level=confidence
        )
        rows += [
            Row(name, tested.test),
            Row(f"{name}, slope", tested.slope),
            Row(f"{name}, limit", tested.limit),
        ]
    rows.append(Row("Begg", family.begg_test(effects, variances)))
    filled = trim_and_fill(
        effects,
        variances,
        estimator=estimator,
        method=method,
        side=cast("Side | None", side),
        level=confidence,
        scale=found.sizes.scale,
    )
    rows += [
        Row(
            "missing studies", number(filled.missing, f"trim and fill, {estimator}, {filled.side}")
        ),
        Row("effect, filled", filled.pooling.estimate),
    ]
    for kind in ("rosenthal", "rosenberg"):
        hidden = family.failsafe_number(effects, variances, kind=kind, alpha=1 - confidence)
        rows.append(Row(f"failsafe number, {kind}", number(hidden, "studies without effect")))
    report(rows, json=json, notes=(*found.read.notes, *filled.notes))


def influence(
    data: Studies,
    effect: Effect = "EFFECT",
    variance: Variance = None,
    error: ErrorColumn = None,
    measure: MeasureName = None,
    zero_cells: ZeroCells = None,
    study: Name = None,
    method: _Method = "REML",
    interval: _Interval = "normal",
    where: Where = None,
    level: Level = 95,
    json: Json = False,
    explain: Explain = False,
) -> None:
    """Say what each study does to the pooled effect: without it, its weight, distances, its shrunk effect.

    Example: topline stat influence effects.csv --study AUTHOR
    """
    from topline.stats import influence as family

    confidence = fraction(level)
    asked = Asked(
        effect=effect,
        variance=variance,
        error=error,
        measure=measure,
        zero_cells=zero_cells,
        study=study,
    )
    found = studies(data, asked, where)
    effects, variances = found.numbers()
    without = family.leave_one_out(
        effects, variances, method=method, interval=interval, level=confidence
    )
    told = family.diagnose_influence(effects, variances, method=method)
    shrunk = family.shrink(effects, variances, method=method)
    rows = list(_poolings([f"without {name}" for name in found.names], without, found))
    for place, name in enumerate(found.names):
        rows += [
            Row(f"{name}: weight", number(100 * told.hat[place], "percent")),
            Row(f"{name}: residual", number(told.studentized_residual[place], "studentized")),
            Row(f"{name}: Cook", number(told.cook_distance[place], "Cook's distance")),
            Row(f"{name}: covariance ratio", number(told.covariance_ratio[place], "without / all")),
            Row(f"{name}: shrunk", _shrunk(shrunk.value[place], shrunk.standard_error[place])),
        ]
    report(rows, json=json, notes=found.read.notes)


def _shrunk(value: float, error: float) -> "Estimate":
    from topline.stats.estimate import Estimate

    return Estimate(
        value=float(value),
        standard_error=float(error),
        method="best linear unbiased prediction of the true effect",
    )


def cumulative(
    data: Studies,
    order: Annotated[
        str | None,
        typer.Option(metavar="COL", help="The column to sort by, such as the year; else as read."),
    ] = None,
    effect: Effect = "EFFECT",
    variance: Variance = None,
    error: ErrorColumn = None,
    measure: MeasureName = None,
    zero_cells: ZeroCells = None,
    study: Name = None,
    method: _Method = "REML",
    interval: _Interval = "normal",
    where: Where = None,
    level: Level = 95,
    json: Json = False,
    explain: Explain = False,
) -> None:
    """Pool the first study, the first two, and so on.

    Example: topline stat cumulative effects.csv --order YEAR --study AUTHOR
    """
    import numpy as np

    from topline.stats.influence import accumulate

    confidence = fraction(level)
    asked = Asked(
        effect=effect,
        variance=variance,
        error=error,
        measure=measure,
        zero_cells=zero_cells,
        study=study,
    )
    found = studies(data, asked, where, [order] if order else ())
    effects, variances = found.numbers()
    places = np.arange(effects.size)
    if order is not None:
        places = np.argsort(found.read.numbers(order), kind="stable")
    pooled = accumulate(
        effects[places], variances[places], method=method, interval=interval, level=confidence
    )
    names = [f"{found.names[place]}{' added' if step else ''}" for step, place in enumerate(places)]
    report(list(_poolings(names, pooled, found)), json=json, notes=found.read.notes)


def _poolings(names: Sequence[str], pooled: "Poolings", found: Found) -> Iterator[Row]:
    import math

    from topline.stats.estimate import Estimate

    for place, name in enumerate(names):
        numbers = {
            part: float(getattr(pooled, part)[place])
            for part in ("value", "lower", "upper", "standard_error")
        }
        reason = pooled.reasons.get(place, "undefined for so few studies")
        yield Row(
            name,
            Estimate(
                **{part: one if math.isfinite(one) else None for part, one in numbers.items()},
                level=pooled.level,
                scale=found.sizes.scale,
                method=pooled.method,
                notes=tuple(
                    f"{part}: {reason}" for part, one in numbers.items() if not math.isfinite(one)
                ),
            ),
        )


COMMANDS = (
    StatCommand(
        name="meta-regression",
        run=meta_regression,
        functions=("meta_regression:regress_effects",),
        methods=("between_study_variance:METHODS", "pooling:INTERVALS"),
        remarks=NEEDED,
    ),
    StatCommand(
        name="funnel",
        run=funnel,
        functions=(
            "publication_bias:egger_test",
            "publication_bias:begg_test",
            "publication_bias:failsafe_number",
            "trim_and_fill:trim_and_fill",
        ),
        methods=("trim_and_fill:ESTIMATORS", "between_study_variance:METHODS"),
        remarks=NEEDED,
    ),
    StatCommand(
        name="influence",
        run=influence,
        functions=("influence:leave_one_out", "influence:diagnose_influence", "influence:shrink"),
        methods=("between_study_variance:METHODS", "pooling:INTERVALS"),
        remarks=NEEDED,
    ),
    StatCommand(
        name="cumulative",
        run=cumulative,
        functions=("influence:accumulate",),
        methods=("between_study_variance:METHODS", "pooling:INTERVALS"),
        remarks=NEEDED,
    ),
)
"""The commands for what lies behind a pooled effect."""
