"""``topline stat`` for events over person-time: one rate, and two compared."""

from typing import Annotated

import typer

from topline.cli.options import Json
from topline.cli.stat_arguments import chosen, share
from topline.cli.stat_command import StatCommand
from topline.cli.stat_options import Explain, Level, Method, SidesWord, alternative, fraction
from topline.cli.stat_report import Row, report

_Rate = Annotated[
    str, typer.Argument(metavar="EVENTS/TIME", help="Events over person-time, such as 7/53.2.")
]


def rate(
    group: _Rate,
    method: Method = None,
    per: Annotated[
        float, typer.Option(metavar="TIME", help="Person-time that the rate is given for.")
    ] = 1.0,
    null: Annotated[
        float | None, typer.Option("--null", metavar="RATE", help="Test against this rate, too.")
    ] = None,
    level: Level = 95,
    sides: SidesWord = "two-sided",
    json: Json = False,
    explain: Explain = False,
) -> None:
    """Estimate a rate of events per person-time with its interval.

    Example: topline stat rate 7/53.2 --per 100 --method exact
    """
    from topline.stats.rate import INTERVALS, RATE_TESTS, event_rate, event_rate_test

    events, time = share(group, "EVENTS/TIME")
    confidence, side = fraction(level), alternative(sides)
    rows = [
        Row(name, event_rate(events, time, level=confidence, per=per, interval=name))
        for name in chosen(method, INTERVALS)
    ]
    if null is not None:
        rows += [
            Row(
                f"test, {name}",
                # The rate tested is on the scale of the rate that is printed.
                event_rate_test(events, time, null_value=null / per, test=name, sides=side),
            )
            for name in RATE_TESTS
        ]
    report(rows, json=json)


def two_rates(
    group: _Rate,
    control: Annotated[
        str, typer.Argument(metavar="CONTROL", help="The control group's, such as 12/49.8.")
    ],
    method: Method = None,
    level: Level = 95,
    sides: SidesWord = "two-sided",
    json: Json = False,
    explain: Explain = False,
) -> None:
    """Compare two rates: ratio, difference, and tests.

    Example: topline stat two-rates 7/53.2 12/49.8
    """
    from topline.stats import rate_comparison as family

    counts = (*share(group, "EVENTS/TIME"), *share(control, "CONTROL"))
    confidence, side = fraction(level), alternative(sides)
    ratios, differences = family.RATIO_INTERVALS, family.DIFFERENCE_INTERVALS
    names = chosen(method, dict.fromkeys([*ratios, *differences]))
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
            Row(f"test, {name}", family.rate_ratio_test(*counts, test=name, sides=side))
            for name in family.RATIO_TESTS
        ]
        rows.append(Row("test of difference", family.rate_difference_test(*counts, sides=side)))
    report(rows, json=json)


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
