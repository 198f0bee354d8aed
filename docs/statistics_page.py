"""The reference page of the statistics: every public function with its names elsewhere, and how well numbers agree.

Docstrings are read, not imported, and quoted as they stand; the agreement comes from ``agreement.toml``, which
``python -m tests.reference DIR --save docs/reference/agreement.toml`` writes, and the speed from ``speed.toml``.
"""

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import topline.stats
from docs import speed
from docs.one_by_one import ONE_BY_ONE
from topline.stats import odds_ratio, proportion, rate, risk_difference, risk_ratio

STATS = Path(topline.stats.__path__[0])
AGREEMENT = Path(__file__).parent / "reference" / "agreement.toml"
PUBLISHED = Path(__file__).parents[1] / "tests" / "reference" / "published"

FAMILIES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Means, medians and shape": (
            "mean",
            "many_means",
            "two_means",
            "standardized_difference",
            "variances",
            "many_variances",
            "median",
            "many_order_statistics",
            "quantile",
            "shape",
        ),
        "Analysis of variance and linear models": (
            "analysis_of_variance",
            "many_analyses_of_variance",
            "studentized_range",
            "least_squares",
            "linear_model",
        ),
        "Repeated measurements": ("mixed_model", "mixed_model_means", "degrees_of_freedom"),
        "One proportion": (
            "proportion",
            "proportion_intervals_closed",
            "proportion_intervals_exact",
            "proportion_intervals_likelihood",
            "proportion_tests",
            "many_binomial_tests",
        ),
        "Two proportions": (
            "two_proportions",
            "risk_difference",
            "risk_ratio",
            "odds_ratio",
            "unconditional_tests",
            "non_inferiority",
            "paired_proportions",
            "mcnemar",
        ),
        "Tables and strata": (
            "contingency",
            "exact_tables",
            "freeman_halton",
            "agreement",
            "stratified_tables",
            "many_stratified_tables",
            "stratified_risk_difference",
        ),
        "Ranks and correlation": (
            "rank_sum",
            "signed_rank",
            "many_ranks",
            "many_rank_estimates",
            "k_sample_ranks",
            "stratified_ranks",
            "correlation",
            "many_correlations",
        ),
        "Rates, and regression of counts and binary outcomes": (
            "rate",
            "rate_intervals",
            "rate_comparison",
            "many_rate_tests",
            "logistic",
            "poisson_regression",
            "negative_binomial",
            "regression_ratios",
        ),
        "Adverse events": ("event_incidence",),
        "Survival": (
            "survival",
            "survival_curves",
            "survival_quantiles",
            "survival_difference",
            "restricted_mean",
            "many_survival_comparisons",
            "log_rank",
            "hazard_ratio",
            "cox",
            "cox_residuals",
            "proportional_hazards",
            "concordance",
            "baseline_hazard",
        ),
        "Competing risks": ("competing_risks", "gray_test", "fine_gray"),
        "Effects of studies": (
            "effect_sizes",
            "effect_sizes_two_by_two",
            "effect_sizes_means",
            "effect_sizes_rates",
            "effect_sizes_one_group",
            "from_summaries",
            "spread_from_summaries",
        ),
        "Meta-analysis": (
            "pooling",
            "many_poolings",
            "between_study_variance",
            "heterogeneity",
            "mantel_haenszel_pooling",
            "peto_pooling",
            "pooling_mixed",
            "meta_regression",
            "henmi_copas",
            "influence",
            "publication_bias",
            "trim_and_fill",
        ),
    }
)
"""Title -> modules, in reading order. A module that is named nowhere is a building block."""

_NAMES = {
    software: re.compile(
        rf"\b(?:[Ii]n )?{software}: (.+?)(?=[;.,] (?:[Ii]n )?(?:R|SAS): |\. |\.?$)"
    )
    for software in ("R", "SAS")
}
_CITES = re.compile(
    r"doi:|\d \(\d{4}\)|\(\d{4}\) \d|\(19\d\d\)|\(20\d\d\)|edition|, (?:19|20)\d\d\b"
)
_ROLE = re.compile(r":[a-z]+:`~?([^`]+)`")


def statistics_page() -> str:
    """Write the page: interval methods, functions by family, building blocks, agreement."""
    lines = [
        "# Statistics",
        "",
        "Every public function of `topline.stats`, in the words of its own documentation: what it does, the names",
        "of the same method in R and SAS where they are known, and its source. `help()` of a function says more:",
        "parameters with units, what happens at the edges, when not to use it, an example. How often intervals",
        "hold the truth is told in [coverage](../explanation/coverage.md). *Printed example* names a textbook, paper or",
        "manual whose printed numbers the tests compare to the last digit, for each method that has one. Speed is",
        "measured where a method is one of the main jobs: the largest size, its seconds, and the power of the size",
        "with which they grow; [below](#speed) are the other sizes. Most methods take many cases at once, and",
        "[the others](#one-by-one) say why not.",
    ]
    measured, printed = speed.read(), printed_examples(PUBLISHED)
    lines += _interval_methods()
    placed = {name for modules in FAMILIES.values() for name in modules}
    for title, modules in FAMILIES.items():
        lines += ["", f"## {title}"]
        for module in modules:
            lines += _module(module, measured, printed)
    lines += _one_by_one()
    lines += ["", "## Building blocks", "", "What the families above are made of."]
    for path in sorted(STATS.glob("*.py")):
        if path.stem not in placed and path.stem != "__init__":
            lines += _module(path.stem, measured, printed)
    return "\n".join([*lines, *_speed(measured), *_agreement(), ""])


def _one_by_one() -> Iterator[str]:
    yield from (
        "",
        "## One by one",
        "",
        "A function that is described by *each as* another one takes many cases at once, in arrays, and gives for each what",
        "the other gives for one; the functions of limits and of effect sizes take arrays themselves. The methods that take",
        "one case at a time, and why:",
        "",
    )
    for why, methods in ONE_BY_ONE.items():
        yield f"- {', '.join(f'`{method}`' for method in methods)}: {why}."


def _interval_methods() -> Iterator[str]:
    yield from (
        "",
        "## Interval methods by name",
        "",
        "The first of each is the default. BCD is Brown, Cai, DasGupta, Statistical Science 16 (2001) 101–133,",
        "doi:10.1214/ss/1009213286.",
        "",
    )
    yield from ("| for | name | method | source |", "|---|---|---|---|")
    for what, methods in (
        ("a proportion", proportion.INTERVALS),
        ("a risk difference", risk_difference.INTERVALS),
        ("a risk ratio", risk_ratio.INTERVALS),
        ("an odds ratio", odds_ratio.INTERVALS),
        ("a rate", rate.INTERVALS),
    ):
        for name, method in methods.items():
            yield f"| {what} | `{name}` | {method.title} | {method.source} |"


def _module(
    name: str, measured: speed.Speed, printed: Mapping[str, Mapping[str, str]]
) -> Iterator[str]:
    tree = ast.parse((STATS / f"{name}.py").read_text(encoding="utf-8"))
    functions = [
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    ]
    yield from ("", f"### `topline.stats.{name}`", "", _first_line(tree))
    if functions:
        yield ""
    for function in functions:
        yield f"- `{function.name}`: {_first_line(function)}"
        found = paragraphs(ast.get_docstring(function) or "")
        for label, texts in (
            *((software, names_in(found, software)) for software in _NAMES),
            ("Source", sources_in(found)),
            ("Speed", speed.speed_of(measured, f"{name}.{function.name}")),
        ):
            if texts:
                yield f"  - {label}: {'; '.join(texts)}"
        for method, place in printed.get(f"{name}.{function.name}", {}).items():
            yield f"  - Printed example of {method}: {place}"


def printed_examples(folder: Path) -> dict[str, dict[str, str]]:
    """Read where examples of methods are printed: function -> method -> source and page.

    An example whose page is not known, or whose numbers were not verified, is left out; of several that print the
    same method the first is given.
    """
    places: dict[str, dict[str, str]] = {}
    for path in sorted(folder.glob("*.toml")):
        for source in tomllib.loads(path.read_text(encoding="utf-8"))["source"]:
            if source.get("page") and source.get("seen"):
                for example in source["example"]:
                    methods = places.setdefault(example["function"], {})
                    methods.setdefault(example["method"], f"{source['text']}, {source['page']}")
    return places


def _first_line(node: ast.Module | ast.FunctionDef) -> str:
    return (paragraphs(ast.get_docstring(node) or "") or [""])[0]


def paragraphs(docstring: str) -> list[str]:
    r"""Give a docstring's paragraphs, each on one line; examples, headings and roles of links fall away.

    Examples
    --------
    >>> paragraphs("Test it.\n\nIn R:\n``t.test``; see :func:`a.b`.\n\nExamples\n--------\n>>> 1\n1")
    ['Test it.', 'In R: ``t.test``; see `a.b`.']
    """
    before = re.split(r"\n(?:Examples\n-+|>>> )", docstring)[0]
    kept = []
    for paragraph in re.split(r"\n\s*\n", before):
        text = re.sub(r"(?m)^[A-Z][A-Za-z ]+\n-{3,}$", "", paragraph)
        text = _ROLE.sub(r"`\1`", " ".join(text.split()))
        if text:
            kept.append(text)
    return kept


def names_in(texts: list[str], software: str) -> list[str]:
    """Give what paragraphs say the method is called in R or in SAS.

    Examples
    --------
    >>> text = "Robust. In R: ``oneway.test(y ~ g)``; in SAS: PROC GLM, MEANS g / WELCH. Not for ranks."
    >>> names_in([text], "R"), names_in([text], "SAS")
    (['``oneway.test(y ~ g)``'], ['PROC GLM, MEANS g / WELCH'])
    """
    return [found.strip(" ;,") for text in texts for found in _NAMES[software].findall(text)]


def sources_in(texts: list[str]) -> list[str]:
    """Give the sentences of paragraphs, after the first, that cite a publication.

    Examples
    --------
    >>> sources_in(["Test it.", "Fast. Welch, Biometrika 38 (1951) 330–336. In R: ``f``."])
    ['Welch, Biometrika 38 (1951) 330–336']
    """
    sentences = [part for text in texts[1:] for part in re.split(r"(?<=\.)\s+(?=[A-ZÀ-Ý])", text)]
    return [sentence.rstrip(".") for sentence in sentences if _CITES.search(sentence)]


def _speed(measured: speed.Speed) -> Iterator[str]:
    yield from (
        "",
        "## Speed",
        "",
        "![Seconds of each job against its size, both on logarithmic scales](../images/speed.svg)",
        "",
        "The seconds of the main jobs on one machine, beside a sort of as many numbers in the same run; the dashed",
        "line grows in proportion to the size. Beside other libraries: [speed](../explanation/speed.md#statistics).",
        "",
    )
    yield from speed.growth_table(measured)
    yield from ("", measured.growth_run.text)


def _agreement() -> Iterator[str]:
    saved = tomllib.loads(AGREEMENT.read_text(encoding="utf-8"))
    yield from (
        "",
        "## Agreement with other software",
        "",
        "What `python -m tests.reference DIR` found when topline computed every value of a folder of reference",
        "values made by R and its packages, family by family. *Least digits* is the number of leading digits in",
        "which the worst value agrees, at most 15; values that differ by no more than 1e-12 count as 15. *Exempted*",
        "are the values that agree only within a wider tolerance than others of their kind, or with a corrected",
        "reference; `tests/reference/exemptions.py` gives the reason for each: mostly that the software which made",
        "the reference stops with so few digits.",
        "",
        "| family | cases | values | failed | least digits | exempted |",
        "|---|---|---|---|---|---|",
    )
    rows = sorted(saved.items())
    for name, row in rows:
        yield (
            f"| `{name}` | {row['cases']} | {row['values']} | {row['failed']} "
            f"| {row['least_digits']:.1f} | {row['exempted']} |"
        )
    cases, values, failed, exempted = (
        sum(row[key] for _, row in rows) for key in ("cases", "values", "failed", "exempted")
    )
    yield f"| all | {cases} | {values} | {failed} | | {exempted} |"
