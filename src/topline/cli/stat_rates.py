"""``topline stat`` for events over person-time: one rate, and two compared."""

from typing import Annotated

import typer

from topline.cli.options import Json
from topline.cli.stat_arguments import chosen, share
from topline.cli.stat_command import StatCommand
from topline.cli.stat_counts import Counted, Share, counted_rates, words_or_data
from topline.cli.stat_options import (
    Explain,
    Level,
    Method,
    OptionalData,
    OptionalGroup,
    Reference,
    SidesWord,
    Where,
    alternative,
    fraction,
)
from topline.cli.stat_report import Row, number, report
from topline.errors import UsageError

_Rate = Annotated[
    str | None,
    typer.Argument(
        metavar="EVENTS/TIME", help="Events over person-time, such as 7/53.2; or --data."
    ),
]
_Events = Annotated[
    str | None, typer.Option("--events", metavar="COL", help="With --data: counts of events.")
]
_Time = Annotated[
    str | None, typer.Option("--time", metavar="COL", help="With --data: times at risk.")
]


def rate(
    group: _Rate = None,
    data: OptionalData = None,
    events: _Events = None,
    time: _Time = None,
    by: OptionalGroup = None,
    method: Method = None,
    per: Annotated[
        float, typer.Option(metavar="TIME", help="Person-time that the rate is given for.")
    ] = 1.0,
    null: Annotated[
        float | None, typer.Option("--null", metavar="RATE", help="Test against this rate, too.")
    ] = None,
    level: Level = 95,
    sides: SidesWord = "two-sided",
    where: Where = None,
    json: Json = False,
    explain: Explain = False,
) -> None:
    """Estimate a rate of events per person-time with its interval.

    Example: topline stat rate 7/53.2 --per 100 --method exact
    """
    from topline.stats.rate import INTERVALS, RATE_TESTS, event_rate, event_rate_test

    confidence, side = fraction(level), alternative(sides)
    names = chosen(method, INTERVALS)
    needed = "EVENTS/TIME, such as 7/53.2; or --data with --events and --time"
    source = words_or_data([group], data, needed)
    found = (
        counted_rates(source, events, time, by, where)
        if source is not None
        else Counted({"": Share(*share(group or "", "EVENTS/TIME"))}, ())
    )
    rows: list[Row] = []
    for label, (happened, exposed) in found.groups.items():
        opening = f"{label}: " if label else ""
        if source is not None:
            rows.append(Row(f"{opening}events", number(happened, "count")))
            rows.append(Row(f"{opening}person-time", number(exposed, "sum")))
        rows += [
            Row(
                f"{opening}{name}",
                event_rate(happened, exposed, level=confidence, per=per, interval=name),
            )
            for name in names
        ]
        if null is not None:
            # The rate tested is on the scale of the rate that is printed.
            rows += [
                Row(
                    f"{opening}test, {name}",
                    event_rate_test(
                        happened, exposed, null_value=null / per, test=name, sides=side
                    ),
                )
                for name in RATE_TESTS
            ]
    report(rows, json=json, notes=found.notes)


def two_rates(
    group: _Rate = None,
    control: Annotated[
        str | None,
        typer.Argument(metavar="CONTROL", help="The control group's, such as 12/49.8."),
    ] = None,
    data: OptionalData = None,
    events: _Events = None,
    time: _Time = None,
    by: OptionalGroup = None,
    reference: Reference = None,
    method: Method = None,
    null_ratio: Annotated[float, typer.Option(metavar="NUMBER", help="The ratio tested.")] = 1.0,
    null_difference: Annotated[
        float, typer.Option(metavar="NUMBER", help="The difference tested.")
    ] = 0.0,
    level: Level = 95,
    sides: SidesWord = "two-sided",
    where: Where = None,
    json: Json = False,
    explain: Explain = False,
) -> None:
    """Compare two rates: ratio, difference, and tests.

    Example: topline stat two-rates 7/53.2 12/49.8
    """
    from topline.stats import rate_comparison as family

    confidence, side = fraction(level), alternative(sides)
    ratios, differences = family.RATIO_INTERVALS, family.DIFFERENCE_INTERVALS
    names = chosen(method, dict.fromkeys([*ratios, *differences]))
    needed = "two of EVENTS/TIME, such as 7/53.2 12/49.8; or --data with --events, --time and --by"
    notes: tuple[str, ...] = ()
    if (source := words_or_data([group, control], data, needed)) is None:
        counts = (*share(group or "", "EVENTS/TIME"), *share(control or "", "CONTROL"))
        notes = (f"the first against the second: {group}, {control}",)
    else:
        if by is None:
            raise UsageError("--by is missing", accepted="--by COL, a column with two groups")
        found = counted_rates(source, events, time, by, where, reference)
        label, base = found.two(by)
        counts = (*found.groups[label], *found.groups[base])
        shown = f"{counts[0]:.15g}/{counts[1]:.6g}, {base} {counts[2]:.15g}/{counts[3]:.6g}"
        notes = (*found.notes, f"{label} against {base}: {label} {shown}")
    rows = [
        Row(f"ratio, {name}", family.rate_ratio(*counts, level=confidence, interval=name))
        for name in names
        if name in ratios
    ]
    rows += [
        Row(f"difference, {name}", family.rate_difference(*counts, level=confidence, interval=name))
        for name in names
        if name in differences
    ]
    if method is None:
        rows += [
            Row(
                f"test, {name}",
                family.rate_ratio_test(*counts, null_value=null_ratio, test=name, sides=side),
            )
            for name in family.RATIO_TESTS
        ]
        tested = family.rate_difference_test(*counts, null_value=null_difference, sides=side)
        rows.append(Row("test of difference", tested))
    report(rows, json=json, notes=notes)


COMMANDS = (
    StatCommand(
        name="rate",
        run=rate,
        functions=("rate:event_rate", "rate:event_rate_test"),
        methods=("rate:INTERVALS",),
    ),
    StatCommand(
        name="two-rates",
        run=two_rates,
        functions=(
            "rate_comparison:rate_ratio",
            "rate_comparison:rate_difference",
            "rate_comparison:rate_ratio_test",
            "rate_comparison:rate_difference_test",
        ),
        methods=("rate_comparison:RATIO_INTERVALS", "rate_comparison:DIFFERENCE_INTERVALS"),
    ),
)
"""The commands for rates."""
