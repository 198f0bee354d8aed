"""The effects of studies from a file, as commands of ``topline stat`` that pool and compare studies take them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from topline.cli.stat_columns import Columns, columns
from topline.errors import DataError, UsageError

if TYPE_CHECKING:
    from topline.stats.effect_sizes import EffectSizes
    from topline.stats.estimate import Floats

TWO_BY_TWO = ("COUNT", "NUMBER", "CONTROL_COUNT", "CONTROL_NUMBER")
TWO_RATES = ("EVENTS", "TIME", "CONTROL_EVENTS", "CONTROL_TIME")
ONE_GROUP = ("COUNT", "NUMBER")
_TWO_MEANS = ("MEAN", "SD", "NUMBER", "CONTROL_MEAN", "CONTROL_SD", "CONTROL_NUMBER")
_ONE_RATE = ("EVENTS", "TIME")
_CORRELATION = ("CORRELATION", "NUMBER")

Studies = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        help="One record for each study: CSV, Parquet and others; - is standard input.",
    ),
]
Effect = Annotated[str, typer.Option(metavar="COL", help="The column of effects.")]
Variance = Annotated[
    str | None, typer.Option(metavar="COL", help="Of their variances; VARIANCE by default.")
]
ErrorColumn = Annotated[
    str | None, typer.Option("--error", metavar="COL", help="Of their standard errors instead.")
]
LowerColumn = Annotated[
    str | None, typer.Option("--lower", metavar="COL", help="Of their lower limits instead.")
]
UpperColumn = Annotated[
    str | None, typer.Option("--upper", metavar="COL", help="And of their upper limits.")
]
LimitsLevel = Annotated[float, typer.Option(metavar="PERCENT", help="The level of these limits.")]
Ratio = Annotated[
    bool, typer.Option("--ratio", help="With limits: all are ratios, and their logarithms pooled.")
]
Log = Annotated[
    bool, typer.Option("--log", help="Effects are logarithms of ratios; give the ratio, too.")
]
MeasureName = Annotated[
    str | None,
    typer.Option(
        "--measure",
        metavar="NAME",
        help="Compute effects from columns named as --explain says: OR, RR, RD, AS or PETO from counts; MD, SMD, "
        "SMDH, SMD1, ROM, VR or CVR from means; IRR, IRD or IRSD from rates; PR, PLN, PLO, PAS or PFT from one "
        "group's counts; IR, IRLN, IRS or IRFT from one rate; ZCOR or COR from correlations.",
    ),
]
ZeroCells = Annotated[
    str | None,
    typer.Option(
        "--zero-cells", metavar="RULE", help="Which studies gain --add in each cell; see --explain."
    ),
]
Add = Annotated[float, typer.Option(metavar="NUMBER", help="What the rule for zero cells adds.")]
Name = Annotated[
    str | None, typer.Option("--study", metavar="COL", help="The column of the studies' names.")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which columns hold the effects, or what they are computed from.

    Attributes
    ----------
    effect, variance, error, lower, upper
        Columns of effects that are given.
    limits_level
        The level of limits, a fraction.
    measure, zero_cells, add
        The effect that is computed instead.
    ratio, log
        The scale of effects that are given.
    study
        The column of names.
    """

    effect: str = "EFFECT"
    variance: str | None = None
    error: str | None = None
    lower: str | None = None
    upper: str | None = None
    limits_level: float = 0.95
    measure: str | None = None
    zero_cells: str | None = None
    add: float = 0.5
    ratio: bool = False
    log: bool = False
    study: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The studies of a file.

    Attributes
    ----------
    read
        Their columns.
    sizes
        Their effects.
    names
        What they are called; numbers from 1 where they have no names.
    """

    read: Columns
    sizes: "EffectSizes"
    names: list[str]

    def numbers(self) -> "tuple[Floats, Floats]":
        """Return effects and variances, all of which must be defined."""
        if self.sizes.reasons:
            place, reason = next(iter(self.sizes.reasons.items()))
            raise DataError(
                f"study {self.names[place]} has no effect: {reason}",
                where=str(self.read.source),
                accepted="studies that all have an effect",
                advice="another --zero-cells rule, or a method that pools counts, such as --method MH",
            )
        return self.sizes.value, self.sizes.variance


def studies(
    data: Path,
    asked: Asked,
    where: Sequence[str] | None,
    others: Sequence[str] = (),
) -> Found:
    """Read the studies of a file.

    Parameters
    ----------
    data
        The file.
    asked
        What holds the effects.
    where
        Conditions.
    others
        Further columns that are needed, such as moderators.
    """
    if asked.measure is None:
        read, sizes = _given(data, asked, where, others)
    else:
        read, sizes = _computed(data, asked, where, others)
    names = (
        read.labels(asked.study)
        if asked.study
        else [str(place + 1) for place in range(read.frame.height)]
    )
    return Found(read, sizes, names)


def _given(
    data: Path, asked: Asked, where: Sequence[str] | None, others: Sequence[str]
) -> "tuple[Columns, EffectSizes]":
    from topline.stats.effect_sizes import EffectSizes, effects_from_intervals

    if asked.zero_cells is not None:
        raise UsageError("--zero-cells without --measure", accepted="--measure OR, RR and others")
    if (asked.lower is None) != (asked.upper is None):
        raise UsageError("one limit without the other", accepted="--lower with --upper")
    spreads = [name for name in (asked.variance, asked.error, asked.lower) if name is not None]
    if len(spreads) > 1:
        raise UsageError(
            "the spread of effects is given twice",
            accepted="one of --variance, --error, and --lower with --upper",
        )
    if asked.lower is not None and asked.upper is not None:
        wanted = [asked.effect, asked.lower, asked.upper, asked.study, *others]
        read = columns(data, wanted, where)
        limits = effects_from_intervals(
            read.numbers(asked.lower),
            read.numbers(asked.upper),
            value=read.numbers(asked.effect),
            level=asked.limits_level,
            ratio=asked.ratio,
        )
        return read, limits
    if asked.ratio:
        raise UsageError(
            "--ratio without limits", accepted="--log for effects that are logarithms of ratios"
        )
    spread = asked.error or asked.variance or "VARIANCE"
    read = columns(data, [asked.effect, spread, asked.study, *others], where)
    numbers = read.positive(spread)
    variances = numbers**2 if asked.error else numbers
    sizes = EffectSizes(
        value=read.numbers(asked.effect),
        variance=variances,
        measure="",
        scale="log" if asked.log else "natural",
        method="as given",
    )
    return read, sizes


_Compute = Callable[..., "EffectSizes"]


def _computed(
    data: Path, asked: Asked, where: Sequence[str] | None, others: Sequence[str]
) -> "tuple[Columns, EffectSizes]":
    from topline.stats.checking import known

    measure = asked.measure or ""
    families = _families()
    known("measure", measure, [name for one in families.values() for name in one])
    needed = next(names for names, one in families.items() if measure in one)
    read = columns(data, [*needed, asked.study, *others], where)
    words: dict[str, object] = {"measure": measure}
    if needed in (TWO_BY_TWO, TWO_RATES, ONE_GROUP, _ONE_RATE):
        words["add"] = asked.add
        if asked.zero_cells is not None:
            words["zero_cells"] = asked.zero_cells
    elif asked.zero_cells is not None:
        raise UsageError(
            f"{measure} has no cells", where="--zero-cells", accepted="measures of counts and rates"
        )
    compute: _Compute = families[needed][measure]
    return read, compute(*(read.numbers(name) for name in needed), **words)


def _families() -> Mapping[tuple[str, ...], Mapping[str, _Compute]]:
    """Return what computes each measure, by the columns that it needs."""
    from topline.stats import effect_sizes_one_group as one
    from topline.stats.effect_sizes_means import MEAN_MEASURES, mean_effects
    from topline.stats.effect_sizes_rates import RATE_MEASURES, rate_effects
    from topline.stats.effect_sizes_two_by_two import MEASURES, two_by_two_effects

    return {
        TWO_BY_TWO: dict.fromkeys(MEASURES, two_by_two_effects),
        _TWO_MEANS: dict.fromkeys(MEAN_MEASURES, mean_effects),
        TWO_RATES: dict.fromkeys(RATE_MEASURES, rate_effects),
        ONE_GROUP: dict.fromkeys(one.PROPORTION_MEASURES, one.proportion_effects),
        _ONE_RATE: dict.fromkeys(one.ONE_RATE_MEASURES, one.one_rate_effects),
        _CORRELATION: dict.fromkeys(("ZCOR", "COR"), one.correlation_effects),
    }


NEEDED = (
    f"OR, RR, RD, AS, PETO: columns {', '.join(TWO_BY_TWO)}",
    f"MD, SMD, SMDH, SMD1, ROM, VR, CVR: columns {', '.join(_TWO_MEANS)}",
    f"IRR, IRD, IRSD: columns {', '.join(TWO_RATES)}",
    f"PR, PLN, PLO, PAS, PFT: columns {', '.join(ONE_GROUP)}",
    f"IR, IRLN, IRS, IRFT: columns {', '.join(_ONE_RATE)}",
    f"ZCOR, COR: columns {', '.join(_CORRELATION)}",
)
"""Which columns each measure needs, in words for --explain."""
