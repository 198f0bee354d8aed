"""``topline stat`` for proportions: one, two, paired, in strata, and tables of counts."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from topline.cli.options import Json
from topline.cli.stat_arguments import chosen, numbers, share
from topline.cli.stat_command import StatCommand
from topline.cli.stat_options import Explain, Level, Method, SidesWord, alternative, fraction
from topline.cli.stat_report import Row, report

if TYPE_CHECKING:
    from topline.stats.estimate import Sides

_MEASURES = ("difference", "ratio", "odds-ratio")
_PAIRS = ("both", "first only", "second only", "neither")

_Share = Annotated[str, typer.Argument(metavar="COUNT/NUMBER", help="Such as 8/27.")]
_Control = Annotated[str, typer.Argument(metavar="CONTROL", help="The control group's, as 3/30.")]
_Null = Annotated[
    float | None, typer.Option("--null", metavar="NUMBER", help="Test against this value, too.")
]


def one_proportion(
    group: _Share,
    method: Method = None,
    level: Level = 95,
    null: _Null = None,
    sides: SidesWord = "two-sided",
    json: Json = False,
    explain: Explain = False,
) -> None:
    """Estimate one proportion with its interval.

    Example: topline stat proportion 8/27 --method jeffreys
    """
    from topline.stats.proportion import INTERVALS, proportion
    from topline.stats.proportion_tests import TESTS, proportion_test

    count, whole = share(group, "COUNT/NUMBER")
    confidence, side = fraction(level), alternative(sides)
    rows = [
        Row(name, proportion(count, whole, level=confidence, interval=name))
        for name in chosen(method, INTERVALS)
    ]
    if null is not None:
        rows += [
            Row(f"test, {name}", proportion_test(count, whole, null, test=name, sides=side))
            for name in TESTS
        ]
    report(rows, json=json)


def two_proportions(
    group: _Share,
    control: _Control,
    measure: Annotated[
        str | None,
        typer.Option(metavar="NAME", help=f"One of: {', '.join(_MEASURES)}."),
    ] = None,
    method: Method = None,
    test: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Only this test, such as fisher, pearson, boschloo."),
    ] = None,
    margin: Annotated[
        float | None,
        typer.Option(metavar="NUMBER", help="Only tests of the difference against this margin."),
    ] = None,
    level: Level = 95,
    sides: SidesWord = "two-sided",
    json: Json = False,
    explain: Explain = False,
) -> None:
    """Compare two independent proportions: difference, ratio, odds ratio, and tests.

    Example: topline stat two-proportions 8/27 3/30 --measure difference
    """
    from topline.stats.checking import known
    from topline.stats.non_inferiority import TESTS, difference_test

    counts = (*share(group, "COUNT/NUMBER"), *share(control, "CONTROL"))
    confidence, side = fraction(level), alternative(sides)
    if measure is not None:
        known("measure", measure, _MEASURES)
    rows: list[Row] = []
    if margin is not None:
        rows += [
            Row(
                f"margin {margin:g}, {name}",
                difference_test(*counts, null_difference=margin, sides=side, test=name),
            )
            for name in TESTS
        ]
    if test is not None:
        rows += _equality(counts, test, side)
    if measure is not None or method is not None or not rows:
        rows += _contrasts(counts, measure, method, confidence)
    notes = []
    if (measure, method, test, margin) == (None, None, None, None):
        rows += _equality(counts, None, side)
        notes.append("exact unconditional tests are computed where they are named with --test")
    report(rows, json=json, notes=notes)


def _contrasts(
    counts: tuple[float, float, float, float],
    measure: str | None,
    method: str | None,
    level: float,
) -> Iterator[Row]:
    from topline.stats import odds_ratio, risk_difference, risk_ratio

    families = {
        "difference": (risk_difference.INTERVALS, risk_difference.risk_difference),
        "ratio": (risk_ratio.INTERVALS, risk_ratio.risk_ratio),
        "odds-ratio": (odds_ratio.INTERVALS, odds_ratio.odds_ratio),
    }
    asked = [measure] if measure else list(_MEASURES)
    accepted = dict.fromkeys(name for one in asked for name in families[one][0])
    names = chosen(method, accepted)
    for one in asked:
        intervals, compute = families[one]
        for name in names:
            if name in intervals:
                yield Row(f"{one}, {name}", compute(*counts, level=level, interval=name))


def _equality(
    counts: tuple[float, float, float, float], test: str | None, sides: "Sides"
) -> Iterator[Row]:
    from topline.stats.exact_tables import fisher_test
    from topline.stats.two_proportions import EQUALITY_TESTS, two_proportions_test
    from topline.stats.unconditional_tests import TESTS, unconditional_test

    exact = ("fisher", "fisher_mid_p")
    for name in chosen(test, (*EQUALITY_TESTS, *exact, *TESTS)):
        label = f"test, {name}"
        if name == "fisher":
            yield Row(label, fisher_test(*counts, sides=sides))
        elif name == "fisher_mid_p":
            yield Row(label, fisher_test(*counts, sides=sides, tail="mid_p"))
        elif name in EQUALITY_TESTS:
            # Chi-squared tests have no direction: without a name they are left to the z tests.
            if test is None and sides != "two-sided" and EQUALITY_TESTS[name].degrees_of_freedom:
                continue
            yield Row(label, two_proportions_test(*counts, test=name, sides=sides))
        elif test is not None:
            yield Row(label, unconditional_test(*counts, test=name, sides=sides))


def paired(
    table: Annotated[
        str,
        typer.Argument(
            metavar="BOTH,FIRST,SECOND,NEITHER",
            help="How many have the event both times, only the first, only the second, never.",
        ),
    ],
    method: Method = None,
    level: Level = 95,
    json: Json = False,
    explain: Explain = False,
) -> None:
    """Compare two proportions in the same participants: difference, odds ratio, McNemar, kappa.

    Example: topline stat paired 20,12,2,16
    """
    from topline.stats.agreement import cohen_kappa
    from topline.stats.paired_proportions import (
        INTERVALS,
        MCNEMAR_TESTS,
        mcnemar_test,
        paired_difference,
        paired_odds_ratio,
    )

    both, first, second, neither = numbers(table, "the table", _PAIRS)
    confidence = fraction(level)
    rows = [
        Row(
            f"difference, {name}",
            paired_difference(both, first, second, neither, level=confidence, interval=name),
        )
        for name in chosen(method, INTERVALS)
    ]
    if method is None:
        rows.append(Row("odds ratio", paired_odds_ratio(first, second, level=confidence)))
        rows += [
            Row(f"test, {name}", mcnemar_test(first, second, test=name)) for name in MCNEMAR_TESTS
        ]
        rows.append(Row("kappa", cohen_kappa([[both, first], [second, neither]], level=confidence)))
    report(rows, json=json)


COMMANDS = (
    StatCommand(
        name="proportion",
        run=one_proportion,
        functions=("proportion:proportion", "proportion_tests:proportion_test"),
        methods=("proportion:INTERVALS", "proportion_tests:TESTS"),
    ),
    StatCommand(
        name="two-proportions",
        run=two_proportions,
        functions=(
            "risk_difference:risk_difference", "risk_ratio:risk_ratio", "odds_ratio:odds_ratio",
            "two_proportions:two_proportions_test", "exact_tables:fisher_test",
            "unconditional_tests:unconditional_test", "non_inferiority:difference_test",
        ),
        methods=(
            "risk_difference:INTERVALS", "risk_ratio:INTERVALS", "odds_ratio:INTERVALS",
            "two_proportions:EQUALITY_TESTS", "unconditional_tests:TESTS",
            "non_inferiority:TESTS",
        ),
    ),
    StatCommand(
        name="paired",
        run=paired,
        functions=(
            "paired_proportions:paired_difference", "paired_proportions:paired_odds_ratio",
            "paired_proportions:mcnemar_test", "agreement:cohen_kappa",
        ),
        methods=("paired_proportions:INTERVALS", "paired_proportions:MCNEMAR_TESTS"),
    ),
)  # fmt: skip
"""The commands for proportions."""
