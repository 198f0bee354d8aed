"""How the inputs of printed examples, as their tables list them, reach the functions of ``topline.stats``.

Most functions take their inputs as they are printed. The adapters here make summaries of samples, lists of groups
and effects of studies, and read survival times of which those with "+" are censorings.
"""

import importlib
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from topline.stats.competing_risks import cumulative_incidence
from topline.stats.cox import CoxFit
from topline.stats.degrees_of_freedom import mixed_model_inference
from topline.stats.effect_sizes import EffectSizes
from topline.stats.linear_model import fit_linear_model
from topline.stats.mean import MeanSummary, summarize
from topline.stats.mixed_model import fit_mixed_model
from topline.stats.model_matrix import ModelMatrix, model_matrix, variables
from topline.stats.survival import kaplan_meier

Sample = Sequence[float] | Mapping[str, float]
Groups = Mapping[str, Sequence[float]]


def compute(function: str, given: Mapping[str, Any]) -> Any:
    """Call a function of ``topline.stats``, through its adapter if it has one."""
    module, name = function.split(".")
    called = getattr(importlib.import_module(f"topline.stats.{module}"), name)
    adapter = _ADAPTERS.get(function) or _ADAPTERS.get(module)
    return adapter(called, **given) if adapter else called(**given)


Call = Callable[..., Any]


def _summary(sample: Sample) -> MeanSummary:
    if isinstance(sample, Mapping):
        return MeanSummary(
            number=int(sample["number"]),
            mean=sample["mean"],
            standard_deviation=sample["standard_deviation"],
        )
    return summarize(sample)


def _of_one(call: Call, *, sample: Sample, **options: Any) -> Any:
    return call(_summary(sample), **options)


def _of_two(call: Call, *, first: Sample, second: Sample, **options: Any) -> Any:
    return call(_summary(first), _summary(second), **options)


def _of_summaries(call: Call, *, groups: Mapping[str, Sample], **options: Any) -> Any:
    return call({name: _summary(sample) for name, sample in groups.items()}, **options)


def _labelled(groups: Mapping[str, Sequence[Any]]) -> tuple[list[Any], list[str]]:
    values = [value for sample in groups.values() for value in sample]
    return values, [name for name, sample in groups.items() for _ in sample]


def _of_groups(call: Call, *, groups: Groups, **options: Any) -> Any:
    return call(*_labelled(groups), **options)


def _of_ranked_groups(call: Call, *, groups: Groups, **options: Any) -> Any:
    values, names = _labelled(groups)
    return call(values, [list(groups).index(name) for name in names], **options)


def _design(
    covariates: Mapping[str, Sequence[float]],
    factors: Mapping[str, Sequence[Any]],
    terms: Sequence[Sequence[str]],
) -> ModelMatrix:
    made = variables(covariates=covariates, factors=factors)
    return model_matrix(made, [tuple(term) for term in terms])


def _of_linear_model(
    call: Call,
    *,
    response: Sequence[float],
    terms: Sequence[Sequence[str]],
    covariates: Mapping[str, Sequence[float]] = MappingProxyType({}),
    factors: Mapping[str, Sequence[Any]] = MappingProxyType({}),
    **options: Any,
) -> Any:
    design = _design(covariates, factors, terms)
    if call is fit_linear_model:
        return call(response, design)
    return call(fit_linear_model(response, design), **options)


def _of_regression(
    call: Call,
    *,
    outcome: Sequence[float],
    terms: Sequence[Sequence[str]] = (),
    covariates: Mapping[str, Sequence[float]] = MappingProxyType({}),
    factors: Mapping[str, Sequence[Any]] = MappingProxyType({}),
    repeated: Sequence[int] | None = None,
    **options: Any,
) -> Any:
    """Fit a regression; ``repeated`` says how often each line of a grouped table stands."""
    if repeated is not None:
        outcome = list(np.repeat(outcome, repeated))
        covariates = {name: list(np.repeat(x, repeated)) for name, x in covariates.items()}
    covariates = covariates or {"line": list(range(len(outcome)))}
    return call(outcome, _design(covariates, factors, terms), **options)


def _observations(text: str) -> tuple[list[float], list[int]]:
    """Read times and whether the event happened."""
    words = text.split()
    return [float(word.rstrip("+")) for word in words], [int("+" not in word) for word in words]


def _of_curve(call: Call, *, times: str, **options: Any) -> Any:
    return call(kaplan_meier(*_observations(times)), **options)


def _grouped_observations(groups: Mapping[str, str]) -> tuple[list[float], list[int], list[str]]:
    words, names = _labelled({name: text.split() for name, text in groups.items()})
    return *_observations(" ".join(words)), names


def _of_grouped_times(call: Call, *, groups: Mapping[str, str], **options: Any) -> Any:
    return call(*_grouped_observations(groups), **options)


def _of_treated(call: Call, *, groups: Mapping[str, str], treated: str, **options: Any) -> CoxFit:
    times, events, names = _grouped_observations(groups)
    fit: CoxFit = call(times, events, [[float(name == treated)] for name in names], **options)
    return fit


def _studies(studies: Mapping[str, Any], measure: str | None) -> tuple[Any, Any]:
    """Give effects and their variances; without a measure they are what is listed."""
    if measure is None:
        return studies["effects"], studies["variances"]
    module, name = studies["kind"].split(".")
    made: EffectSizes = getattr(importlib.import_module(f"topline.stats.{module}"), name)(
        **{key: value for key, value in studies.items() if key != "kind"}, measure=measure
    )
    return made.value, made.variance


def _of_studies(
    call: Call, *, studies: Mapping[str, Any], measure: str | None = None, **options: Any
) -> Any:
    return call(*_studies(studies, measure), **options)


def _of_tables(call: Call, *, studies: Mapping[str, Any], **options: Any) -> Any:
    return call(**{key: value for key, value in studies.items() if key != "kind"}, **options)


Table = Mapping[str, str]
"""The names of columns, and rows of words in their order that are divided by semicolons."""


def _columns(table: Table) -> dict[str, list[str]]:
    rows = [row.split() for row in table["rows"].split(";")]
    return {
        name: list(words)
        for name, words in zip(table["columns"].split(), zip(*rows, strict=True), strict=True)
    }


def _numbers(words: Sequence[str]) -> list[float]:
    return [float(word) for word in words]


def _of_regression_table(
    call: Call,
    *,
    table: Table,
    response: str,
    covariates: Sequence[str] = (),
    factors: Sequence[str] = (),
    time: str | None = None,
    **options: Any,
) -> Any:
    """Fit a regression of a column; the first level of a factor is the reference."""
    columns = _columns(table)
    design = _design(
        {name: _numbers(columns[name]) for name in covariates},
        {name: columns[name] for name in factors},
        [(name,) for name in (*covariates, *factors)],
    )
    if time is not None:
        options["offset"] = np.log(_numbers(columns[time]))
    return call(_numbers(columns[response]), design, **options)


def _of_counts_or_table(call: Call, **given: Any) -> Any:
    return (_of_regression_table if "table" in given else _of_regression)(call, **given)


def _of_restricted_means(
    call: Call, *, groups: Mapping[str, str], of: Sequence[str], unit: float, **options: Any
) -> Any:
    observed = (_observations(groups[name]) for name in of)
    return call(
        *(kaplan_meier(np.array(time) / unit, event) for time, event in observed), **options
    )


def _of_competing_events(call: Call, *, table: Table, group: str, **options: Any) -> Any:
    columns = _columns(table)
    return call(_numbers(columns["time"]), _numbers(columns["cause"]), columns[group], **options)


def _of_incidence(
    call: Call, *, table: Table, disease: str, cause: int, time: float, **options: Any
) -> Any:
    columns = _columns(table)
    own = np.array(columns["disease"]) == disease
    times, causes = (np.array(_numbers(columns[name]))[own] for name in ("time", "cause"))
    return call(cumulative_incidence(times, causes), cause, time, **options)


def _of_subdistribution(
    call: Call, *, table: Table, covariates: Sequence[str], **options: Any
) -> Any:
    """Fit Fine and Gray's model; words stand for their places in the order of the alphabet."""
    columns = _columns(table)
    made = [
        _numbers(words)
        if words[0].isdigit()
        else np.unique(words, return_inverse=True)[1].astype(float)
        for words in (columns[name] for name in covariates)
    ]
    return call(
        _numbers(columns["time"]), _numbers(columns["cause"]), np.column_stack(made), **options
    )


def _of_growth(call: Call, *, table: Table, covariance: str) -> Any:
    """Fit repeated measurements of children by age, and by sex with boys as the reference."""
    columns = _columns(table)
    ages = [name for name in columns if name.isdigit()]
    children = range(len(columns["sex"]))
    design = _design(
        {
            "age": [float(age) for _ in children for age in ages],
            "girl": [float(sex == "F") for sex in columns["sex"] for _ in ages],
        },
        {},
        [("age",), ("girl",)],
    )
    fit = fit_mixed_model(
        [float(columns[age][child]) for child in children for age in ages],
        design,
        subject=[child for child in children for _ in ages],
        visit=[float(age) for _ in children for age in ages],
        covariance=covariance,
    )
    return fit if call is fit_mixed_model else call(mixed_model_inference(fit))


_ADAPTERS: Mapping[str, Call] = MappingProxyType(
    {
        "mean.one_sample_t_test": _of_one,
        "mean.arithmetic_mean": _of_one,
        "variances.standard_deviation": _of_one,
        "variances.variance_ratio_test": _of_two,
        "two_means": _of_two,
        "standardized_difference": _of_two,
        "analysis_of_variance": _of_summaries,
        "analysis_of_variance.brown_forsythe_test": _of_groups,
        "linear_model": _of_linear_model,
        "k_sample_ranks": _of_ranked_groups,
        "logistic": _of_counts_or_table,
        "poisson_regression": _of_counts_or_table,
        "negative_binomial": _of_counts_or_table,
        "mixed_model": _of_growth,
        "mixed_model_means": _of_growth,
        "restricted_mean": _of_restricted_means,
        "gray_test": _of_competing_events,
        "competing_risks.incidence_at": _of_incidence,
        "fine_gray": _of_subdistribution,
        "survival": _of_curve,
        "log_rank": _of_grouped_times,
        "cox": _of_treated,
        "pooling": _of_studies,
        "heterogeneity": _of_studies,
        "meta_regression": _of_studies,
        "henmi_copas": _of_studies,
        "influence": _of_studies,
        "mantel_haenszel_pooling": _of_tables,
        "peto_pooling": _of_tables,
        "pooling_mixed": _of_tables,
    }
)
"""Function or module -> what brings it its inputs."""
