"""``topline stat`` for proportions: one, two, and two in the same participants."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from topline.cli.options import Json
from topline.cli.stat_arguments import chosen, numbers, share
from topline.cli.stat_command import StatCommand
from topline.cli.stat_counts import (
    Counted,
    OptionalEvent,
    Share,
    counted_events,
    counted_pairs,
    words_or_data,
)
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

if TYPE_CHECKING:
    from topline.stats.estimate import Sides

_MEASURES = ("difference", "ratio", "odds-ratio")
_PAIRS = ("both", "first only", "second only", "neither")
_PAIRED_ODDS_RATIOS = ("clopper_pearson", "mid_p", "wilson")
"""The intervals of the odds ratio of pairs that are given without a name."""

_Share = Annotated[
    str | None, typer.Argument(metavar="COUNT/NUMBER", help="Such as 8/27; or --data.")
]
_Control = Annotated[
    str | None, typer.Argument(metavar="CONTROL", help="The control group's, as 3/30.")
]
_Null = Annotated[
    float | None, typer.Option("--null", metavar="NUMBER", help="Test against this value, too.")
]


def one_proportion(
    group: _Share = None,
    data: OptionalData = None,
    event: OptionalEvent = None,
    by: OptionalGroup = None,
    method: Method = None,
    level: Level = 95,
    null: _Null = None,
    sides: SidesWord = "two-sided",
    where: Where = None,
    json: Json = False,
    explain: Explain = False,
) -> None:
    """Estimate one proportion with its interval.

    Example: topline stat proportion 8/27 --method jeffreys
    """
    from topline.stats.proportion import INTERVALS, proportion
    from topline.stats.proportion_tests import TESTS, proportion_test

    confidence, side = fraction(level), alternative(sides)
    names = chosen(method, INTERVALS)
    source = words_or_data([group], data, "COUNT/NUMBER, such as 8/27; or --data with --event")
    found = (
        counted_events(source, event, by, where)
        if source is not None
        else Counted({"": Share(*share(group or "", "COUNT/NUMBER"))}, ())
    )
    rows: list[Row] = []
    for label, (count, whole) in found.groups.items():
        opening = f"{label}: " if label else ""
        if source is not None:
            rows.append(Row(f"{opening}events", number(count, "count")))
            rows.append(Row(f"{opening}participants", number(whole, "count")))
        rows += [
            Row(f"{opening}{name}", proportion(count, whole, level=confidence, interval=name))
            for name in names
        ]
        if null is not None:
            rows += [
                Row(
                    f"{opening}test, {name}",
                    proportion_test(count, whole, null, test=name, sides=side),
                )
                for name in TESTS
            ]
    report(rows, json=json, notes=found.notes)


def two_proportions(
    group: _Share = None,
    control: _Control = None,
    data: OptionalData = None,
    event: OptionalEvent = None,
    by: OptionalGroup = None,
    reference: Reference = None,
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
    equivalence: Annotated[
        str | None,
        typer.Option(
            metavar="LOWER,UPPER", help="Only tests that the difference lies between these margins."
        ),
    ] = None,
    level: Level = 95,
    sides: SidesWord = "two-sided",
    where: Where = None,
    json: Json = False,
    explain: Explain = False,
) -> None:
    """Compare two independent proportions: difference, ratio, odds ratio, and tests.

    Example: topline stat two-proportions 8/27 3/30 --measure difference
    """
    from topline.stats.checking import known

    confidence, side = fraction(level), alternative(sides)
    if measure is not None:
        known("measure", measure, _MEASURES)
    needed = "two of COUNT/NUMBER, such as 8/27 3/30; or --data with --event and --by"
    notes: list[str] = []
    if (source := words_or_data([group, control], data, needed)) is None:
        counts = (*share(group or "", "COUNT/NUMBER"), *share(control or "", "CONTROL"))
        notes.append(f"the first against the second: {group}, {control}")
    else:
        if by is None:
            raise UsageError("--by is missing", accepted="--by COL, a column with two groups")
        found = counted_events(source, event, by, where, reference)
        first, second = found.two(by)
        counts = (*found.groups[first], *found.groups[second])
        shown = [
            f"{label} {one.happened:.15g}/{one.whole:.15g}" for label, one in found.groups.items()
        ]
        notes += [*found.notes, f"{first} against {second}: {', '.join(reversed(shown))}"]
    rows: list[Row] = []
    if margin is not None:
        rows += _against_margin(counts, margin, side)
    if equivalence is not None:
        rows += _equivalence(counts, equivalence)
    if test is not None:
        rows += _equality(counts, test, side)
    if measure is not None or method is not None or not rows:
        rows += _contrasts(counts, measure, method, confidence)
    if (measure, method, test, margin, equivalence) == (None,) * 5:
        rows += _equality(counts, None, side)
        notes.append("exact unconditional tests are computed where they are named with --test")
    report(rows, json=json, notes=notes)


def _against_margin(
    counts: tuple[float, float, float, float], margin: float, sides: "Sides"
) -> Iterator[Row]:
    from topline.stats.non_inferiority import TESTS, difference_test

    for name in TESTS:
        found = difference_test(*counts, null_difference=margin, sides=sides, test=name)
        yield Row(f"margin {margin:g}, {name}", found)


def _equivalence(counts: tuple[float, float, float, float], margins: str) -> Iterator[Row]:
    from topline.stats.non_inferiority import TESTS, equivalence_test

    lower, upper = numbers(margins, "--equivalence", ("LOWER", "UPPER"))
    for name in TESTS:
        found = equivalence_test(*counts, lower_margin=lower, upper_margin=upper, test=name)
        for margin, tested in zip((lower, upper), found, strict=True):
            yield Row(f"equivalence, {margin:g}, {name}", tested)


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
    for name in chosen(test, (*EQUALITY_TESTS, *exact, *TESTS), "test"):
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
        str | None,
        typer.Argument(
            metavar="BOTH,FIRST,SECOND,NEITHER",
            help="How many have the event both times, only the first, only the second, never; or --data.",
        ),
    ] = None,
    data: OptionalData = None,
    first: Annotated[
        str | None,
        typer.Option(metavar="COL[=VALUE]", help="With --data: the event the first time."),
    ] = None,
    second: Annotated[
        str | None,
        typer.Option(metavar="COL[=VALUE]", help="With --data: the event the second time."),
    ] = None,
    method: Method = None,
    level: Level = 95,
    where: Where = None,
    json: Json = False,
    explain: Explain = False,
) -> None:
    """Compare two proportions in the same participants: difference, odds ratio, McNemar, kappa.

    Example: topline stat paired 20,12,2,16
    """
    from topline.stats import proportion
    from topline.stats.agreement import cohen_kappa
    from topline.stats.mcnemar import MCNEMAR_TESTS, mcnemar_test
    from topline.stats.paired_proportions import (
        INTERVALS,
        paired_difference,
        paired_odds_ratio,
    )

    confidence = fraction(level)
    names = chosen(method, dict.fromkeys([*INTERVALS, *proportion.INTERVALS]))
    needed = "BOTH,FIRST,SECOND,NEITHER, such as 20,12,2,16; or --data with --first and --second"
    notes: tuple[str, ...] = ()
    if (source := words_or_data([table], data, needed)) is None:
        both, only, last, neither = numbers(table or "", "the table", _PAIRS)
    else:
        (both, only, last, neither), notes = counted_pairs(source, first, second, where)
        notes = (*notes, f"{both:.15g} both, {only:.15g} first only, {last:.15g} second only, {neither:.15g} neither")  # fmt: skip
    notes = (*notes, "the first against the second")
    rows = [
        Row(
            f"difference, {name}",
            paired_difference(both, only, last, neither, level=confidence, interval=name),
        )
        for name in names
        if name in INTERVALS
    ]
    rows += [
        Row(f"odds ratio, {name}", paired_odds_ratio(only, last, level=confidence, interval=name))
        for name in names
        if name in (proportion.INTERVALS if method else _PAIRED_ODDS_RATIOS)
    ]
    if method is None:
        rows += [
            Row(f"test, {name}", mcnemar_test(only, last, test=name)) for name in MCNEMAR_TESTS
        ]
        rows.append(Row("kappa", cohen_kappa([[both, only], [last, neither]], level=confidence)))
    report(rows, json=json, notes=notes)


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
            "non_inferiority:equivalence_test",
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
            "mcnemar:mcnemar_test", "agreement:cohen_kappa",
        ),
        methods=(
            "paired_proportions:INTERVALS", "mcnemar:MCNEMAR_TESTS",
            "proportion:INTERVALS",
        ),
    ),
)  # fmt: skip
"""The commands for proportions."""
