"""``topline stat`` reaches every statistic of ``topline.stats``, by every method, or it is said why not."""

import dataclasses
import inspect
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec
import pytest
from tests.unit.command import Command

import topline.stats
from topline.cli.stat import COMMANDS
from topline.stats.estimate import Estimate, Test
from topline.stats.possible_values import Derived

NOT_OF_ITS_OWN = {
    "effect:t_effect": "makes the results of models",
    "effect:undefined_effect": "makes results that have none",
    "estimate:undefined_estimate": "makes results that have none",
    "estimate:undefined_test": "makes results that have none",
    "exact_tables:conditional_estimate": "step of conditional_odds_ratio",
    "heterogeneity:heterogeneity_from_q": "step of pooling",
    "heterogeneity:q_test": "step of pooling",
    "judged_statistics:chi_squared_test": "makes tests of statistics",
    "judged_statistics:f_test": "makes tests of statistics",
    "log_coefficients:all_zero_test": "step of Cox and Fine–Gray regression",
    "log_coefficients:intercept_worded": "step of logistic and count regression",
    "log_coefficients:ratio_estimate": "step of Cox and Fine–Gray regression",
    "log_coefficients:ratio_estimates": "step of Cox and Fine–Gray regression",
    "log_coefficients:wald_tests": "step of Cox and Fine–Gray regression",
    "mean:paired_t_test": "mean --minus gives it from the differences",
    "pooled_tables:normal_estimate": "step of pooling tables",
    "pooled_tables:spread_around": "step of pooling tables",
    "possible_values:derive": "makes the results of from-summary",
    "ranking:normal_rank_test": "step of the rank tests",
    "two_proportions:single_estimate": "step of the contrasts of two proportions",
    "wald_relations:p_value_of_statistic": "step of from-summary",
}
"""Functions that give a result and are no statistic of their own -> what they are."""


def gives_a_result(hint: object) -> bool:
    """Whether a type is an estimate, a test or a derived number, or holds one of them."""
    if get_args(hint):
        return any(map(gives_a_result, get_args(hint)))
    if hint in (Estimate, Test, Derived):
        return True
    if not (inspect.isclass(hint) and hint.__module__.startswith("topline.stats")):
        return False
    return dataclasses.is_dataclass(hint) and any(
        map(gives_a_result, get_type_hints(hint).values())
    )


def statistics() -> Iterator[str]:
    for module in pkgutil.iter_modules(topline.stats.__path__):
        name = f"topline.stats.{module.name}"
        for function_name, function in vars(import_module(name)).items():
            if function_name.startswith("_") or not inspect.isfunction(function):
                continue
            if function.__module__ != name:
                continue
            if gives_a_result(get_type_hints(function).get("return")):
                yield f"{module.name}:{function_name}"


def test_every_statistic_is_reached_by_a_command_or_is_a_step_of_one() -> None:
    reached = {place for command in COMMANDS for place in command.functions}
    public = set(statistics())
    assert len(public) > 90
    assert public - reached - set(NOT_OF_ITS_OWN) == set()
    assert set(NOT_OF_ITS_OWN) - public == set()


FOLDER = Path(__file__).parents[1] / "reference" / "commands"
AML = f"--data {FOLDER}/aml.csv --time time --event status"
BCG = f"{FOLDER}/bcg.csv --measure RR"
GROWTH = f"--data {FOLDER}/growth.csv --value distance --by sex --subject subject --visit age"
TEETH = f"--data {FOLDER}/teeth.csv --value len --by supp"
CARS = f"--data {FOLDER}/cars.csv"
WARP = f"--data {FOLDER}/warp.csv --events breaks --factor wool"

CHOICES = [
    ("proportion 8/27 --method", "proportion:INTERVALS"),
    ("two-proportions 8/27 3/30 --measure difference --method", "risk_difference:INTERVALS"),
    ("two-proportions 8/27 3/30 --measure ratio --method", "risk_ratio:INTERVALS"),
    ("two-proportions 8/27 3/30 --measure odds-ratio --method", "odds_ratio:INTERVALS"),
    ("two-proportions 8/27 3/30 --test", "two_proportions:EQUALITY_TESTS"),
    ("two-proportions 8/27 3/30 --test", "unconditional_tests:TESTS"),
    ("paired 20,12,2,16 --method", "paired_proportions:INTERVALS"),
    ("paired 20,12,2,16 --method", "proportion:INTERVALS"),
    ("stratified 16/48,9/46 7/31,4/30 --method", "stratified_risk_difference:INTERVALS"),
    (
        "stratified 16/48,9/46 7/31,4/30 --method newcombe --weights",
        "stratified_risk_difference:WEIGHTS",
    ),
    ("rate 7/53.2 --method", "rate:INTERVALS"),
    ("two-rates 7/53.2 12/49.8 --method", "rate_comparison:RATIO_INTERVALS"),
    ("two-rates 7/53.2 12/49.8 --method", "rate_comparison:DIFFERENCE_INTERVALS"),
    (f"mean {CARS} --value mpg --quantile 0.9 --definition", "quantile:DEFINITIONS"),
    ("two-means 20,5.1,1.2 22,4.3,1.4 --variances", "two_means:Variances"),
    (f"signed-rank {CARS} --value mpg --method", "ranking:RANK_METHODS"),
    (f"signed-rank {CARS} --value mpg --minus am --method normal --zeros", "signed_rank:Zeros"),
    (f"rank-sum {TEETH} --method", "rank_sum:ShiftInterval"),
    (f"rank-sum {TEETH} --strata dose --method exact --weights", "stratified_ranks:Weights"),
    (f"correlation {CARS} --value mpg --with am --method", "correlation:Coefficient"),
    (f"correlation {CARS} --value mpg --with am --rank-error", "correlation:RankError"),
    (
        f"correlation {CARS} --value mpg --with am --method spearman --distribution",
        "correlation:CorrelationDistribution",
    ),
    (f"km {AML} --at 20 --transform", "curve_crossing:TRANSFORMS"),
    (f"km {AML} --crossing", "curve_crossing:CROSSINGS"),
    (f"log-rank {AML} --by x --weight", "log_rank:WEIGHTS"),
    (f"cox {AML} --factor x --ties", "cox:TIES"),
    (f"cox {AML} --factor x --scale", "proportional_hazards:TIME_SCALES"),
    (
        f"competing-risks --data {FOLDER}/aml.csv --time time --cause cause --at 20 --transform",
        "competing_risks:INCIDENCE_TRANSFORMS",
    ),
    (
        f"competing-risks --data {FOLDER}/aml.csv --time time --cause cause --at 20 --variance",
        "competing_risks:VARIANCES",
    ),
    (
        f"fine-gray --data {FOLDER}/aml.csv --time time --cause cause --factor x --tied-censorings",
        "fine_gray:TIED_CENSORINGS",
    ),
    (f"ancova {TEETH} --covariate dose --margins", "model_matrix:Margins"),
    (f"mmrm {GROWTH} --covariance", "covariance_structures:STRUCTURES"),
    (f"mmrm {GROWTH} --degrees", "degrees_of_freedom:METHODS"),
    (f"mmrm {GROWTH} --information", "degrees_of_freedom:INFORMATION"),
    (f"logistic {CARS} --outcome am --covariate mpg --limits", "regression_ratios:RatioLimits"),
    (f"poisson {WARP} --limits", "regression_ratios:RatioLimits"),
    (f"poisson {WARP} --dispersion", "regression_ratios:Dispersion"),
    (f"negative-binomial {WARP} --information", "negative_binomial:Information"),
    (f"pool {BCG} --method", "between_study_variance:METHODS"),
    (f"pool {BCG} --prediction", "pooling:PREDICTIONS"),
    (f"pool {FOLDER}/bcg.csv --method", "pooling_mixed:MODELS"),
    (f"pool {FOLDER}/bcg.csv --method MH --measure", "mantel_haenszel_pooling:TITLES"),
    (f"effect-sizes {FOLDER}/bcg.csv --measure", "effect_sizes_two_by_two:MEASURES"),
    (f"effect-sizes {BCG} --zero-cells", "effect_sizes_two_by_two:ZERO_CELL_RULES"),
    (f"pool {FOLDER}/bcg.csv --measure", "effect_sizes_one_group:PROPORTION_MEASURES"),
    (f"meta-regression {BCG} --moderator lat --interval", "pooling:INTERVALS"),
    (f"funnel {BCG} --estimator", "trim_and_fill:ESTIMATORS"),
    (f"funnel {BCG} --predictor", "publication_bias:PREDICTORS"),
]
"""A command without its last word -> the list that the word is from."""


def names_of(place: str) -> tuple[str, ...]:
    module, _, name = place.partition(":")
    listed = getattr(import_module(f"topline.stats.{module}"), name)
    return get_args(listed) or tuple(listed)


@pytest.fixture
def topline_command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("COLUMNS", "160")
    return Command(capsys)


@pytest.mark.parametrize(
    ("words", "place"), CHOICES, ids=[f"{words.split()[0]} {place}" for words, place in CHOICES]
)
def test_every_word_of_a_list_is_accepted_and_another_is_told_the_list(
    topline_command: Command, words: str, place: str
) -> None:
    printed: dict[str, Any] = {}
    for name in names_of(place):
        ran = topline_command("stat", *words.split(" "), name, "--json")
        assert (ran.code, ran.err) == (0, ""), name
        printed[name] = msgspec.json.decode(ran.out)["results"]
    assert len(printed) > 1
    refused = topline_command("stat", *words.split(" "), "nothing-like-it")
    assert (refused.code, refused.out) == (2, "")
    assert next(iter(printed)) in refused.err


def test_every_list_that_explain_prints_is_tried() -> None:
    tried = {place for _, place in CHOICES}
    listed = {place for command in COMMANDS for place in command.methods}
    left = {
        "proportion_tests:TESTS": "all are given with --null",
        "non_inferiority:TESTS": "all are given with --margin",
        "mcnemar:MCNEMAR_TESTS": "all are given",
        "contingency:CMH_TESTS": "all are given",
        "effect_sizes_means:MEAN_MEASURES": "below",
        "effect_sizes_rates:RATE_MEASURES": "below",
    }
    assert listed - tried == set(left)


@pytest.mark.parametrize(
    ("place", "columns", "rows"),
    [
        (
            "effect_sizes_means:MEAN_MEASURES",
            "mean,sd,number,control_mean,control_sd,control_number",
            ("5,1,20,4,1.2,22", "6,1.5,30,5,1,28"),
        ),
        (
            "effect_sizes_rates:RATE_MEASURES",
            "events,time,control_events,control_time",
            ("9,413,19,398", "8,263,20,258"),
        ),
        (
            "effect_sizes_one_group:ONE_RATE_MEASURES",
            "events,time",
            ("9,413", "8,263", "0,20"),
        ),
    ],
)
def test_effects_of_means_and_of_rates_are_pooled_by_every_measure(
    topline_command: Command, tmp_path: Path, place: str, columns: str, rows: tuple[str, ...]
) -> None:
    file = tmp_path / "studies.csv"
    file.write_text("\n".join([columns, *rows]))
    for name in names_of(place):
        ran = topline_command("stat", "pool", file, "--measure", name, "--json")
        assert (ran.code, ran.err) == (0, ""), name
    for name, needed in (("IRR", "EVENTS"), ("ZCOR", "CORRELATION"), ("SMD", "MEAN")):
        ran = topline_command("stat", "pool", FOLDER / "bcg.csv", "--measure", name)
        assert (ran.code, ran.out) == (4, "")
        assert needed in ran.err
