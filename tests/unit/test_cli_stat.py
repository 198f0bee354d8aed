"""``topline stat``: the numbers of the reference, as a table and as JSON, and errors that say what is accepted."""

import math
import random
import re
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
import pytest
from tests.unit.command import Command

from topline.cli.stat import COMMANDS
from topline.render.text_lines import width_of

AML = Path(__file__).parents[1] / "reference" / "commands" / "aml.csv"
REFERENCE = tomllib.loads(
    (Path(__file__).parents[1] / "reference" / "statistics.toml").read_text(encoding="utf-8")
)


@pytest.fixture
def topline(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("COLUMNS", "160")
    return Command(capsys)


def computed(topline: Command, *words: object) -> dict[str, dict[str, Any]]:
    """The results of a command by name, from its JSON."""
    ran = topline("stat", *words, "--json")
    assert (ran.code, ran.err) == (0, "")
    return {result["name"]: result for result in msgspec.json.decode(ran.out)["results"]}


@pytest.mark.parametrize("case", REFERENCE["proportion"], ids=lambda case: case["name"])
def test_a_proportion_is_that_of_the_reference_by_every_method(
    topline: Command, case: dict[str, Any]
) -> None:
    found = computed(
        topline, "proportion", f"{case['count']}/{case['number']}", "--level", 100 * case["level"]
    )
    compared = 0
    for name, result in found.items():
        assert result["value"] == pytest.approx(case["value"], rel=1e-9)
        if name in case:
            assert [result["lower"], result["upper"]] == pytest.approx(
                case[name], rel=1e-7, abs=1e-12
            )
            compared += 1
    assert compared >= 12


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_explains_itself_without_data(topline: Command, command: Any) -> None:
    ran = topline("stat", command.name, "--explain")
    assert (ran.code, ran.err) == (0, "")
    for place in command.functions:
        assert f"topline.stats.{place.replace(':', '.')}" in ran.out
    assert not re.search(r":\w+:`|`", ran.out)
    prose = re.sub(r"(?m)^ *>>> (.+\n)+", "", ran.out)
    assert max(map(width_of, prose.splitlines())) <= 100


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_the_help_of_every_command_has_an_example_of_it(topline: Command, command: Any) -> None:
    ran = topline("stat", command.name, "--help")
    assert ran.code == 0
    assert f"Example: topline stat {command.name} " in ran.out


def survived(topline: Command, folder: Path, case: dict[str, Any], *words: object) -> Any:
    lines = ["time,event,cnsr,arm"]
    lines += [
        f"{time},{event},{1 - event},A"
        for time, event in zip(case["time"], case["event"], strict=True)
    ]
    file = folder / "adtte.csv"
    file.write_text("\n".join(lines))
    return computed(topline, "km", "--data", file, "--time", "time", *words)


@pytest.mark.parametrize("transform", ["plain", "log", "log-log", "logit"])
@pytest.mark.parametrize("event", ["event", "CNSR=0"])
def test_quantiles_of_survival_are_those_of_the_reference(
    topline: Command, tmp_path: Path, transform: str, event: str
) -> None:
    case = REFERENCE["survival"][0]
    found = survived(
        topline, tmp_path, case,
        "--event", event, "--transform", transform, "--level", 95,
        *("--quantile", 0.25, "--quantile", 0.5, "--quantile", 0.75),
    )  # fmt: skip
    for name, expected in zip(
        ("quantile 0.25", "median", "quantile 0.75"), case["quantiles"][transform], strict=True
    ):
        result = found[name]
        shown = [result[part] for part in ("value", "lower", "upper")]
        assert shown == [None if one == "not reached" else one for one in expected]


def test_a_mean_of_a_column_or_of_a_summary_is_that_of_the_reference(
    topline: Command, tmp_path: Path
) -> None:
    case = REFERENCE["mean"][0]
    file = tmp_path / "sleep.csv"
    file.write_text("\n".join(["extra", *map(str, case["values"])]))
    found = computed(topline, "mean", "--data", file, "--value", "extra", "--null", 0)
    assert found["mean"]["value"] == pytest.approx(case["mean"], rel=1e-9)
    assert [found["mean"]["lower"], found["mean"]["upper"]] == pytest.approx(
        case["limits"], rel=1e-9
    )
    assert found["t test"]["p_value"] == pytest.approx(case["p_value"], rel=1e-9)
    case = REFERENCE["mean_from_summary"][0]
    summary = f"{case['number']},{case['mean']},{case['standard_deviation']}"
    found = computed(topline, "mean", summary, "--null", case["null_value"])
    assert [found["mean"]["lower"], found["mean"]["upper"]] == pytest.approx(
        case["limits"], rel=1e-9
    )
    assert found["t test"]["p_value"] == pytest.approx(case["p_value"], rel=1e-9)


def test_paired_values_are_compared_as_in_the_reference(topline: Command, tmp_path: Path) -> None:
    case = REFERENCE["pairs"][0]
    file = tmp_path / "sleep.csv"
    pairs = zip(case["first"], case["second"], strict=True)
    file.write_text("\n".join(["one,two", *(f"{one},{two}" for one, two in pairs)]))
    found = computed(
        topline, "mean", "--data", file, "--value", "one", "--minus", "two", "--null", 0
    )
    assert [found["mean"]["lower"], found["mean"]["upper"]] == pytest.approx(
        case["limits"], rel=1e-9
    )
    assert found["t test"]["p_value"] == pytest.approx(case["p_value"], rel=1e-9)


def test_an_analysis_of_variance_is_that_of_the_reference(topline: Command, tmp_path: Path) -> None:
    case = REFERENCE["one_way"][0]
    file = tmp_path / "plants.csv"
    lines = [f"{arm},{value}" for arm, values in case["groups"].items() for value in values]
    file.write_text("\n".join(["arm,weight", *lines]))
    words = ("--data", file, "--value", "weight", "--by", "arm", "--reference", "ctrl")
    for command, name in (("anova", "anova"), ("ancova", "groups, test")):
        found = computed(topline, command, *words)
        assert found[name]["statistic"] == pytest.approx(case["f_statistic"], rel=1e-9)
        assert found[name]["p_value"] == pytest.approx(case["f_p_value"], rel=1e-9)
        estimate = found["trt1 - ctrl"]["value"]
        assert estimate == pytest.approx(case["differences"][0]["estimate"], rel=1e-9)


@pytest.mark.parametrize("case", REFERENCE["rate"], ids=lambda case: case["name"])
def test_a_rate_is_that_of_the_reference(topline: Command, case: dict[str, Any]) -> None:
    found = computed(
        topline,
        "rate",
        f"{case['events']}/{case['person_time']}",
        *("--method", "exact", "--level", 100 * case["level"]),
    )
    limits = [found["exact"]["lower"], found["exact"]["upper"]]
    assert limits == pytest.approx(case["exact"], rel=1e-9)


def test_the_table_shows_estimates_and_tests_below_their_titles(topline: Command) -> None:
    printed = topline("stat", "two-proportions", "8/27", "3/30").out.splitlines()
    assert printed[0].split()[:3] == ["estimate", "lower", "upper"]
    assert any(line.startswith("difference, newcombe") and "95%" in line for line in printed)
    assert any(line.startswith("test, fisher ") and "0.0932531" in line for line in printed)


def test_records_left_out_are_counted_and_conditions_choose(
    topline: Command, tmp_path: Path
) -> None:
    file = tmp_path / "adsl.csv"
    file.write_text("sex,age\nF,60\nF,\nF,70\nM,20\n")
    words = ("stat", "mean", "--data", file, "--value", "age", "--where", "SEX=F")
    printed = topline(*words).out
    assert "note: 1 of 3 records left out: AGE missing" in printed
    found = msgspec.json.decode(topline(*words, "--json").out)
    assert found["notes"] == ["1 of 3 records left out: AGE missing"]
    assert found["results"][1]["value"] == 65


@pytest.mark.parametrize(
    ("words", "code", "accepted"),
    [
        (("proportion", "8/27", "--method", "jefreys"), 2, "jeffreys, wilson"),
        (("proportion", "8 of 27"), 2, "such as 8/27"),
        (("proportion", "30/27"), 4, "a count from 0 to that number"),
        (("proportion", "8/27", "--level", "100"), 2, "between 0 and 100"),
        (("two-proportions", "8/27", "3/30", "--measure", "hazard"), 2, "difference, ratio"),
        (("two-proportions", "8/27", "3/30", "--test", "chi"), 2, "pearson"),
        (("two-proportions", "8/27", "3/30", "--sides", "both"), 2, "two-sided, greater, less"),
        (("paired", "1,2,3"), 2, "both,first only,second only,neither"),
        (("table", "1,2;3"), 2, "as many numbers in each row"),
        (("mean",), 2, "--data with --value"),
        (("mean", "20,5.1"), 2, "n,mean,sd"),
        (("mean", "20,5.1,1.2", "--data", "x.csv"), 2, "one of them"),
        (("two-means", "20,5,1"), 2, "--data with --by"),
        (("rate", "7/0"), 4, "above 0"),
        (("stratified", "8/27"), 2, "16/48,9/46"),
    ],
)  # fmt: skip
def test_arguments_that_do_not_fit_name_what_is_accepted(
    topline: Command, words: tuple[str, ...], code: int, accepted: str
) -> None:
    ran = topline("stat", *words)
    assert (ran.code, ran.out) == (code, "")
    assert accepted in ran.err


@pytest.mark.parametrize(
    ("words", "accepted"),
    [
        (("--value", "agee"), "did you mean AGE?"),
        (("--value", "sex"), "a column of numbers"),
        (("--value", "age", "--where", "sex=X"), "F, M"),
        (("--value", "age", "--where", "sex"), "COL=VALUE"),
    ],
)
def test_columns_that_do_not_fit_name_what_is_there(
    topline: Command, tmp_path: Path, words: tuple[str, ...], accepted: str
) -> None:
    file = tmp_path / "adsl.csv"
    file.write_text("sex,age\nF,60\nM,20\n")
    ran = topline("stat", "mean", "--data", file, *words)
    assert ran.code in (2, 4)
    assert accepted in ran.err


def test_what_a_module_says_is_said_once_and_of_a_method_what_is_its_own(topline: Command) -> None:
    printed = " ".join(topline("stat", "rmst", "--explain").out.split())
    assert printed.count("The mean time without the event during the first horizon units") == 1
    assert printed.count("Parameters ----------") == 3
    several = topline("stat", "proportion", "--explain").out
    methods = several[several.index("Methods (topline.stats.proportion.INTERVALS)") :]
    assert "Returns" in methods
    assert "Parameters" not in methods
    assert ">>>" not in methods
    # What is meant of another module is named so that it can be found.
    assert "which are no independent trials: topline.stats.rate." in " ".join(several.split())


def test_an_explanation_is_as_wide_as_the_terminal(
    topline: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    widest = []
    for columns in ("60", "90", "300"):
        monkeypatch.setenv("COLUMNS", columns)
        printed = topline("stat", "concordance", "--explain").out
        assert "\n  ----------\n" in printed
        prose = printed[: printed.index("Examples")]
        widest.append(max(map(width_of, prose.splitlines())))
    assert widest[0] <= 60 < widest[1] <= 90 < widest[2] <= 100


def test_one_method_is_explained_alone(topline: Command) -> None:
    printed = topline("stat", "proportion", "--method", "blaker", "--explain").out
    assert "Canadian Journal of Statistics" in " ".join(printed.split())
    assert "  wilson: " not in printed
    assert topline("stat", "proportion", "--explain", "--method", "blaker").out == printed
    assert "  wilson: " in topline("stat", "proportion", "--explain").out


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three visits of 24 participants in two arms and two sites, with times, causes and counts."""
    numbers = random.Random(1)
    lines = ["id,arm,dose,site,visit,base,value,time,cnsr,cause,events,followup,response"]
    for person in range(24):
        base, time = numbers.gauss(10, 2), round(numbers.expovariate(0.1), 1) + 0.1
        fixed = f"{time},{int(person % 5 == 0)},{person % 3},{person % 4},{1 + person % 3},"
        fixed += "YN"[numbers.random() < 0.5]
        for visit in (1, 2, 3):
            value = base + (person % 2) + numbers.gauss(0, 1)
            lines.append(
                f"{person},{'AB'[person % 2]},{'xyz'[person % 3]},{person // 12},{visit},"
                f"{base:.3f},{value:.3f},{fixed}"
            )
    file = tmp_path_factory.mktemp("trial") / "trial.csv"
    file.write_text("\n".join(lines))
    return file


SURVIVAL = ("--where", "visit=1", "--time", "time", "--event", "cnsr=0")
VALUES = ("--where", "visit=1", "--value", "value")
CAUSES = ("--where", "visit=1", "--time", "time", "--cause", "cause")
COUNTS = ("--where", "visit=1", "--events", "events", "--time", "followup", "--factor", "arm")


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (("two-means", *VALUES, "--by", "arm", "--geometric"), ("B - A: difference",)),
        (("ancova", *VALUES, "--by", "arm", "--covariate", "base"), ("B - A", "B - A, test")),
        (
            ("mmrm", "--value", "value", "--by", "arm", "--subject", "id", "--visit", "visit"),
            ("1: A", "3: B - A", "3: B - A, test"),
        ),
        (("signed-rank", *VALUES, "--minus", "base"), ("test, exact", "pseudomedian, exact")),
        (("rank-sum", *VALUES, "--by", "arm", "--strata", "site"), ("B - A, exact", "van Elteren")),
        (("k-sample", *VALUES, "--by", "dose", "--order", "z,y,x"), ("kruskal-wallis",)),
        (("correlation", *VALUES, "--with", "base"), ("pearson", "kendall, test")),
        (("km", *SURVIVAL, "--by", "arm", "--at", "5"), ("A: median", "B: survival at 5")),
        (("log-rank", *SURVIVAL, "--by", "arm", "--strata", "site"), ("test", "A / B, Peto")),
        (("log-rank", *SURVIVAL, "--by", "dose"), ("test", "trend", "x: observed")),
        (("cox", *SURVIVAL, "--factor", "arm", "--covariate", "base"), ("ARMB", "concordance")),
        (("rmst", *SURVIVAL, "--by", "arm", "--horizon", "5"), ("B - A", "B / A")),
        (
            ("competing-risks", *CAUSES, "--by", "arm", "--at", "5"),
            ("A: cause 1 at 5", "Gray's test of cause 1"),
        ),
        (("fine-gray", *CAUSES, "--factor", "arm"), ("ARMB", "likelihood ratio")),
        (("logistic", "--outcome", "response=Y", "--factor", "arm"), ("ARMB", "ARMB, test")),
        (("poisson", *COUNTS), ("ARMB",)),
        (("negative-binomial", *COUNTS), ("ARMB", "dispersion")),
    ],
    ids=lambda words: f"{words[0]} {words[-1]}",
)
def test_statistics_of_a_dataset_name_their_results(
    topline: Command, trial: Path, words: tuple[str, ...], names: tuple[str, ...]
) -> None:
    found = computed(topline, words[0], "--data", trial, *words[1:])
    for name in names:
        result = found[name]
        number = result["p_value"] if result["kind"] == "test" else result["value"]
        assert number is not None or result["notes"]


@pytest.mark.parametrize("reference", ["A", "B"])
def test_restricted_means_are_compared_with_the_references(
    topline: Command, trial: Path, reference: str
) -> None:
    words = ("--by", "arm", "--horizon", "5", "--reference", reference)
    found = computed(topline, "rmst", "--data", trial, *SURVIVAL, *words)
    arm = "B" if reference == "A" else "A"
    own, other = found[arm]["value"], found[reference]["value"]
    assert own != other
    assert found[f"{arm} - {reference}"]["value"] == pytest.approx(own - other, rel=1e-12)
    assert found[f"{arm} / {reference}"]["value"] == pytest.approx(own / other, rel=1e-12)


def test_one_sided_questions_of_ranks_are_about_the_same_group(
    topline: Command, trial: Path
) -> None:
    words = ("rank-sum", "--data", trial, *VALUES, "--by", "arm", "--strata", "visit")
    for reference in ("A", "B"):
        found = computed(
            topline, *words, "--reference", reference, "--sides", "greater", "--method", "normal"
        )
        # One stratum: van Elteren's test is the rank-sum test.
        expected = found["test, normal"]["p_value"]
        assert found["van Elteren"]["p_value"] == pytest.approx(expected, rel=1e-9)


def test_pooled_effects_and_counts(topline: Command, tmp_path: Path) -> None:
    file = tmp_path / "effects.csv"
    file.write_text(
        "effect,variance,error\n0.1,0.04,0.2\n0.9,0.25,0.5\n0.4,0.01,0.1\n-0.2,0.09,0.3\n"
    )
    found = computed(topline, "pool", file, "--method", "EE", "--log")
    weights, effects = (25, 4, 100, 1 / 0.09), (0.1, 0.9, 0.4, -0.2)
    by_hand = sum(w * y for w, y in zip(weights, effects, strict=True)) / sum(weights)
    assert found["effect"]["value"] == pytest.approx(by_hand, rel=1e-12)
    assert found["effect as ratio"]["value"] == pytest.approx(math.exp(by_hand), rel=1e-12)
    errors = computed(topline, "pool", file, "--error", "error", "--method", "EE")
    assert errors["effect"]["value"] == pytest.approx(by_hand, rel=1e-12)
    wide = computed(topline, "pool", file, "--hartung-knapp", "--bias")
    assert wide["effect"]["degrees_of_freedom"] == 3
    assert "Egger" in wide
    for words in (("--method", "XY"), ("--method", "MH", "--hartung-knapp")):
        ran = topline("stat", "pool", file, *words)
        assert ran.code == 2
        assert "accepted:" in ran.err


def test_an_effect_comes_back_from_its_published_limits(topline: Command) -> None:
    words = ("--lower", "0.50", "--upper", "0.92", "--value", "0.68", "--ratio")
    found = computed(topline, "from-summary", *words)
    assert found["log effect"]["value"] == pytest.approx(math.log(0.68))
    error = found["standard error of the logarithm"]
    assert error["value"] == pytest.approx(math.log(0.92 / 0.5) / (2 * 1.959963984540054))
    assert error["possible"]["lower"] == pytest.approx(
        math.log(0.915 / 0.505) / (2 * 1.959963984540054)
    )


def test_a_group_without_events_has_a_curve(topline: Command, tmp_path: Path) -> None:
    file = tmp_path / "adtte.csv"
    file.write_text("time,cnsr,arm\n1,0,A\n2,1,A\n3,1,B\n4,1,B\n")
    words = ("--data", file, "--time", "time", "--event", "CNSR=0", "--by", "arm")
    found = computed(topline, "km", *words)
    assert (found["A: events"]["value"], found["B: events"]["value"]) == (1, 0)
    assert found["B: median"]["value"] is None
    assert topline("stat", "km", *words[:5], "CNSR=2", "--by", "arm").code == 4


@pytest.mark.parametrize(
    ("words", "code", "accepted"),
    [
        (("proportion", "-3/27"), 2, "begins with a minus sign"),
        (("mean", "1,5,1"), 4, "at least 2 participants"),
        (("pool", "FILE", "--method", "XY"), 2, "REML"),
        (("mean", "--data", "FILE", "--value", "event"), 4, "it holds 'x'"),
        (("proportion", "--data", "FILE", "--event", "event"), 4, "EVENT=x if that is the event"),
        (("cox", "--data", "FILE", "--time", "time", "--event", "arm=A", "--factor", "one"), 4, "one category only"),
        (
            ("mmrm", "--data", "FILE", "--value", "time", "--by", "arm", "--subject", "time",
             "--visit", "event", "--covariance", "toeplitz"),
            2, "in their order",
        ),
        (("from-summary", "--value", "2", "--error", "-1"), 4, "a standard error of -1"),
        (("from-summary", "--lower", "0.5"), 2, "--lower with --upper"),
        (("spread-from-summary", "--n", "25"), 2, "--q1 with --q3"),
    ],
)  # fmt: skip
def test_obvious_mistakes_are_told_what_would_be_right(
    topline: Command, tmp_path: Path, words: tuple[str, ...], code: int, accepted: str
) -> None:
    file = tmp_path / "adtte.csv"
    file.write_text("time,event,arm,one\n1,1,A,u\n2,x,B,u\n3,0,A,u\n")
    ran = topline("stat", *(str(file) if word == "FILE" else word for word in words))
    assert (ran.code, ran.out) == (code, "")
    assert accepted in ran.err


def test_a_cause_that_a_group_never_has_is_told(topline: Command, tmp_path: Path) -> None:
    file = tmp_path / "causes.csv"
    file.write_text("time,cause,arm\n1,0,A\n2,0,A\n3,1,B\n4,2,B\n5,1,C\n6,0,C\n")
    words = ("--data", file, "--time", "time", "--cause", "cause", "--at", 4, "--by", "arm")
    found = computed(topline, "competing-risks", *words)
    for name in ("A: cause 1 at 4", "A: cause 2 at 4", "C: cause 2 at 4"):
        assert found[name]["value"] == 0
        assert "nobody of the group" in found[name]["notes"][0]
    assert found["B: cause 2 at 4"]["value"] == 0.5


def test_a_whole_number_is_shown_whole(topline: Command) -> None:
    printed = topline("stat", "mean", "1234567,5.1,1.2").out
    assert "1234567" in printed
    assert "1234566" in printed
    assert "e+06" not in printed


def test_a_p_value_too_small_to_be_held_is_not_shown_as_0(topline: Command, tmp_path: Path) -> None:
    file = tmp_path / "counts.csv"
    file.write_text("\n".join(["days,sex", *(f"{900 + at},{'FM'[at % 2]}" for at in range(20))]))
    words = ("poisson", "--data", file, "--events", "days", "--factor", "sex")
    (line,) = (
        line
        for line in topline("stat", *words).out.splitlines()
        if line.startswith("(Intercept), test")
    )
    assert "<1e-300" in line
    found = computed(topline, *words)["(Intercept), test"]
    assert found["p_value"] == 0
    assert found["notes"] == ["p-value: below 1e-300, too small to be told from 0"]


@pytest.mark.parametrize("columns", [40, 60, 80, 110])
def test_results_are_no_wider_than_the_terminal_and_lose_nothing(
    topline: Command, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    words = ("stat", "two-proportions", "8/27", "3/30")
    wide = set(re.split(r"[\s,;:()]+", topline(*words).out))
    monkeypatch.setenv("COLUMNS", str(columns))
    printed = topline(*words).out
    assert max(map(width_of, printed.splitlines())) <= columns
    assert wide - {"method"} <= set(re.split(r"[\s,;:()]+", printed))


def test_where_no_terminal_is_a_result_is_one_line(
    topline: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS")
    monkeypatch.setattr("topline.cli.terminal.os.get_terminal_size", _no_terminal)
    lines = topline("stat", "two-proportions", "8/27", "3/30", "--measure", "difference").out
    assert sum(line.startswith("difference, ") for line in lines.splitlines()) == 7


def _no_terminal(*_: object) -> Any:
    raise OSError


@pytest.mark.parametrize(
    ("content", "event", "said"),
    [
        ("time,status\n1,1\nabc,0\n", "status", ("it holds 'abc'", "record 2")),
        ("time;status\n1,5;1\n2,25;0\n", "status", ("record 1", "decimals with a point")),
        ("time,status\n1,1\n,0\n-2,0\n", "status", ("TIME is -2", "record 3", "at least 0")),
        ("time,status\n1,1\n2,2\n", "status", ("STATUS is 2", "record 2", "STATUS=2 if that")),
    ],
)
def test_a_wrong_value_is_told_by_its_record_in_the_file(
    topline: Command, tmp_path: Path, content: str, event: str, said: tuple[str, ...]
) -> None:
    file = tmp_path / "adtte.csv"
    file.write_text(content)
    ran = topline("stat", "km", "--data", file, "--time", "time", "--event", event)
    assert (ran.code, ran.out) == (4, "")
    assert str(file) in ran.err
    for part in said:
        assert part in ran.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("proportion", "8.5/27"), "count is 8.5\n  where: count\n"),
        (("two-means", "20,5.1,-1.2", "22,4.3,1.4"), "standard_deviation is -1.2"),
        (("table", "12,5,8;9,3,1.5"), "table, row 2, column 3 is 1.5"),
        (
            ("km", "--data", str(AML), "--time", "time", "--event", "status", "--at", "-5"),
            "time is -5\n  where: time\n",
        ),
    ],
)
def test_a_number_at_the_command_line_has_no_place_in_an_array(
    topline: Command, words: tuple[str, ...], said: str
) -> None:
    ran = topline("stat", *words)
    assert (ran.code, ran.out) == (4, "")
    assert said in ran.err
    assert "[0]" not in ran.err


def test_a_dataset_is_read_from_standard_input_and_named_so(
    topline: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("stat", "mean", "--data", "-", "--value", "age")
    file = tmp_path / "adsl.csv"
    file.write_text("age\n60\n70\n")
    for name in ("adsl.csv", "adsl.parquet"):
        if name.endswith("parquet"):
            pl.read_csv(file).write_parquet(tmp_path / name)
        with (tmp_path / name).open() as stream:
            monkeypatch.setattr("sys.stdin", stream)
            ran = topline(*words, "--json")
        assert (ran.code, ran.err) == (0, "")
        assert msgspec.json.decode(ran.out)["results"][1]["value"] == 65
    for content, said in (
        ("", "standard input is empty"),
        ("agee\n1\n", "where: standard input\n"),
        ("age\nx\n", "where: standard input, record 1\n"),
    ):
        file.write_text(content)
        with file.open() as stream:
            monkeypatch.setattr("sys.stdin", stream)
            ran = topline(*words)
        assert ran.code == 4
        assert said in ran.err
        assert "/tmp" not in ran.err


def test_an_intercept_is_not_called_a_ratio_and_categories_say_with_what_they_are_compared(
    topline: Command, tmp_path: Path
) -> None:
    file = tmp_path / "trial.csv"
    rows = [f"{at % 3 == 0:d},{at % 5},{'ABC'[at % 4 % 3]},{at + 1}" for at in range(40)]
    file.write_text("\n".join(["low,visits,arm,days", *rows]))
    for command, words, kind in (
        ("logistic", ("--outcome", "low"), "odds"),
        ("poisson", ("--events", "visits", "--time", "days"), "rate"),
        ("negative-binomial", ("--events", "visits"), "rate"),
    ):
        ran = topline("stat", command, "--data", file, *words, "--factor", "arm=B", "--json")
        printed = msgspec.json.decode(ran.out)
        methods = {result["name"]: result["method"] for result in printed["results"]}
        assert methods["(Intercept)"].startswith(f"{kind} where all variables are 0")
        assert methods["ARMA"].startswith(f"{kind} ratio, ")
        assert printed["notes"] == ["ARM: compared with B"]
        values = {result["name"]: result.get("value") for result in printed["results"]}
        assert values["observations"] == 40
        assert values["events"] == (14 if kind == "odds" else 80)


@pytest.mark.parametrize(
    "words",
    [
        ("two-proportions", "8/27", "3/30"),
        ("two-rates", "7/53.2", "12/49.8"),
        ("two-means", "20,5.1,1.2", "22,4.3,1.4"),
        ("paired", "20,12,2,16"),
    ],
    ids=lambda words: words[0],
)
def test_a_comparison_of_numbers_says_what_is_compared_with_what(
    topline: Command, words: tuple[str, ...]
) -> None:
    (note,) = (
        line
        for line in topline("stat", *words).out.splitlines()
        if line.startswith("note: the first against the second")
    )
    assert all(word in note for word in words[1:] if words[0] != "paired")
