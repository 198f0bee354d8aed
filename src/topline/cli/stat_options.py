"""Options that the commands of ``topline stat`` share, and the levels and words given with them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from topline.cli.stat_command import StatCommand, explain
from topline.errors import UsageError

if TYPE_CHECKING:
    from topline.stats.estimate import Sides

_PERCENT = 100


def _explain(context: typer.Context, asked: bool) -> None:
    if asked and not context.resilient_parsing:
        assert isinstance(context.obj, StatCommand)
        explain(context.obj, context.params.get("method"))
        raise typer.Exit


Explain = Annotated[
    bool,
    typer.Option(
        "--explain",
        is_eager=True,
        callback=_explain,
        help="Print formulas and sources, and compute nothing; where --method names one, of that.",
    ),
]
Method = Annotated[
    str | None,
    typer.Option(
        "--method",
        metavar="NAME",
        # Read before --explain, which tells of one method where one is named; NumbersFirst puts it last.
        is_eager=True,
        help="One method; without it, all are given, each by its name. --explain describes them.",
    ),
]
Level = Annotated[
    float, typer.Option("--level", metavar="PERCENT", help="The confidence level, in percent.")
]
SidesWord = Annotated[
    str, typer.Option("--sides", metavar="WORD", help="Of tests: two-sided, greater or less.")
]
Data = Annotated[
    Path,
    typer.Option(
        "--data",
        metavar="FILE",
        help="A dataset: CSV, Parquet, XPT and others; - is standard input.",
    ),
]
OptionalData = Annotated[
    Path | None,
    typer.Option(
        "--data",
        metavar="FILE",
        help="A dataset: CSV, Parquet, XPT and others; - is standard input.",
    ),
]
Where = Annotated[
    list[str] | None,
    typer.Option(
        "--where", metavar="COL=VALUE", help="Only records with this value; may be repeated."
    ),
]
Value = Annotated[str, typer.Option("--value", metavar="COL", help="The column of measurements.")]
OptionalValue = Annotated[
    str | None, typer.Option("--value", metavar="COL", help="The column of measurements.")
]
Group = Annotated[str, typer.Option("--by", metavar="COL", help="The column of groups.")]
OptionalGroup = Annotated[
    str | None, typer.Option("--by", metavar="COL", help="The column of groups.")
]
Reference = Annotated[
    str | None,
    typer.Option(
        "--reference",
        metavar="GROUP",
        help="The group that others are compared with; else the first by name.",
    ),
]
Time = Annotated[
    str, typer.Option("--time", metavar="COL", help="The column of times to event or censoring.")
]
Event = Annotated[
    str,
    typer.Option(
        "--event",
        metavar="COL[=VALUE]",
        help="A column that is 1 for an event and 0 for none, or the value that means an event: "
        "CNSR=0.",
    ),
]
Entry = Annotated[
    str | None,
    typer.Option("--entry", metavar="COL", help="The column of times at which observation began."),
]
Strata = Annotated[
    str | None, typer.Option("--strata", metavar="COL", help="The column of strata.")
]


def fraction(level: float, option: str = "--level") -> float:
    """Take a confidence level in percent; a fraction below 1 is understood too. ``option`` is where it was given.

    Examples
    --------
    >>> fraction(95), fraction(0.9)
    (0.95, 0.9)
    """
    if not 0 < level < _PERCENT or level == 1:
        raise UsageError(
            f"the confidence level is {level:g}",
            where=option,
            accepted="a percentage between 0 and 100, such as 95",
        )
    return level if level < 1 else level / _PERCENT


def alternative(sides: str) -> "Sides":
    """Take the alternative of a test.

    Examples
    --------
    >>> alternative("less")
    'less'
    """
    from topline.stats.checking import known

    return cast("Sides", known("alternative", sides, ("two-sided", "greater", "less")))
