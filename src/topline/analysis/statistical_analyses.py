"""The statistical analyses of an outcome measure: run, adjusted for multiplicity, and posted."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from topline.analysis.analyses.analysis import Analysed, Analysis, AnalysisOptions
from topline.analysis.analyses.registry import analyses
from topline.analysis.findings import Findings
from topline.analysis.ledger import Basis, Ledger
from topline.analysis.margin_decisions import decision, mistakes
from topline.analysis.measured_classes import ClassesOfMeasure
from topline.analysis.measures import PreparedClass
from topline.errors import ToplineError
from topline.record.results import MeasureAnalysis
from topline.stats.estimate import Test
from topline.stats.multiplicity import MultiplicityMethod, adjusted_p_values
from topline.trial.specification import OutcomeMeasure
from topline.trial.specification_methods import method_options

METHOD_WORDS: Mapping[MultiplicityMethod, str] = {
    "bonferroni": "Bonferroni's method",
    "holm": "Holm's method",
    "hochberg": "Hochberg's method",
    "hommel": "Hommel's method",
    "fixed_sequence": "testing in a fixed sequence",
}
"""How a procedure is named where an adjusted p-value is posted."""


@dataclass(frozen=True, slots=True)
class Ready:
    """An analysis that was run and waits to be posted.

    Attributes
    ----------
    part
        Path in the specification.
    options
        Of the analysis.
    found
        What it found.
    basis
        The rows it rests on.
    decimals
        Decimal places of the estimate and its limits.
    about
        The class it is of, where there are several.
    """

    part: str
    options: AnalysisOptions
    found: Analysed
    basis: Basis
    decimals: int
    about: str


@dataclass(frozen=True, slots=True)
class Adjusted:
    """A p-value adjusted for multiplicity, and how that is said."""

    p_value: float
    comment: str


def run_analyses(
    part: str, outcome: OutcomeMeasure, classes: ClassesOfMeasure, findings: Findings
) -> list[Ready]:
    """Run every analysis of an outcome.

    A mistake of the specification stops the build; an analysis that the data do not allow is left out, and noted.
    """
    ready: list[Ready] = []
    for number, method in enumerate(outcome.analyses):
        analysis = analyses()[str(method["method"])]
        options = method_options(method, analysis.options)
        place = f"{part}.analyses[{number}]"
        problems = [*mistakes(analysis, options), *classes.mistakes(options)]
        for found, advice in problems:
            findings.problem(place, found, advice)
        if not problems:
            for one in classes.chosen(options):
                ready += _run(place, analysis, options, classes, one, findings)
    return ready


def _run(
    place: str,
    analysis: Analysis,
    options: AnalysisOptions,
    classes: ClassesOfMeasure,
    one: PreparedClass,
    findings: Findings,
) -> list[Ready]:
    measured = classes.measured(one, options)
    try:
        results = analysis.analyse(measured, options)
    except ToplineError as error:
        findings.problem(place, error.in_one_line)
        return []
    if not results:
        findings.note(place, "no group has values to analyze", "the analysis is not posted")
    ready = []
    for result in results:
        if result.failure is not None:
            named = ", ".join(classes.titles[key] for key in result.groups)
            findings.note(place, f"{named}: {result.failure}", "the analysis is not posted")
            continue
        analysis.refuse_undeclared(result)
        decimals = next(
            places
            for places in (options.decimals, result.decimals, classes.decimals)
            if places is not None
        )
        about = f"Of {one.title}." if classes.several and result.basis == "class" else ""
        basis = classes.basis(one, result)
        ready.append(Ready(place, options, result, basis, decimals, about))
    return ready


def adjust(
    ready: Iterable[Ready], families: Mapping[str, MultiplicityMethod], findings: Findings
) -> dict[int, Adjusted]:
    """Adjust the p-values of each family, in the order of the specification.

    Returns
    -------
    dict
        By the identity of the analysis; none for one that belongs to no family.
    """
    members: dict[str, list[Ready]] = defaultdict(list)
    for one in ready:
        if one.options.family is not None and one.found.test is not None:
            members[one.options.family].append(one)
    found: dict[int, Adjusted] = {}
    for family, tests in members.items():
        if family not in families:
            findings.problem(
                tests[0].part,
                f"the family {family!r}, which `multiplicity:` does not have",
                f"one of {', '.join(families) or 'none so far'}",
            )
            continue
        procedure = families[family]
        # A test that could not be computed still counts among those planned.
        unadjusted = [1.0 if (p := _p_value(one)) is None else p for one in tests]
        p_values = np.asarray(adjusted_p_values(unadjusted, procedure))
        for one, p_value in zip(tests, p_values.tolist(), strict=True):
            comment = (
                f"Adjusted by {METHOD_WORDS[procedure]} for the {len(tests)} tests of the family "
                f"{family}."
            )
            found[id(one)] = Adjusted(p_value, comment)
    return found


def _p_value(one: Ready) -> float | None:
    return one.found.test.p_value if one.found.test is not None else None


@dataclass(frozen=True, slots=True)
class AnalysisPoster:
    """Posts one analysis and enters its numbers.

    Attributes
    ----------
    ledger
        Where the numbers go.
    address
        JSON Pointer of the analysis.
    group_ids
        Key of a group -> its id in the record.
    """

    ledger: Ledger
    address: str
    group_ids: Mapping[str, str]

    def post(self, ready: Ready, adjusted: Adjusted | None = None) -> MeasureAnalysis:
        """Post an analysis, with its adjusted p-value if its family has one."""
        found, options = ready.found, ready.options
        estimate = found.estimate
        lower, upper = options.interval != "upper", options.interval != "lower"
        limits = estimate is not None and estimate.level is not None
        comments = [ready.about, found.comment or "", options.comment or ""]
        return MeasureAnalysis(
            group_ids=tuple(self.group_ids[key] for key in found.groups),
            tested_non_inferiority=True if options.margin_values else None,
            non_inferiority_type=options.type.upper(),
            non_inferiority_comment=decision(
                options, estimate, lambda limit: self.ledger.rounding.text(limit, ready.decimals)
            ),
            p_value=self._p_value(ready, adjusted),
            statistical_method=found.test_name,
            statistical_comment=" ".join(part for part in comments if part) or None,
            param_type=found.parameter,
            param_value=self._number(ready, "paramValue", "estimate", "value"),
            dispersion_type="STANDARD_ERROR_OF_MEAN" if self._has_error(found) else None,
            dispersion_value=self._number(
                ready, "dispersionValue", "standard error", "standard_error"
            )
            if self._has_error(found)
            else None,
            ci_pct_value=self._level(ready),
            ci_num_sides=("TWO_SIDED" if lower and upper else "ONE_SIDED") if limits else None,
            ci_lower_limit=self._number(ready, "ciLowerLimit", "lower limit", "lower")
            if lower and limits
            else None,
            ci_upper_limit=self._number(ready, "ciUpperLimit", "upper limit", "upper")
            if upper and limits
            else None,
            ci_lower_limit_comment=estimate.reason("lower") if estimate and lower else None,
            ci_upper_limit_comment=estimate.reason("upper") if estimate and upper else None,
            estimate_comment=_estimate_comment(found),
            p_value_comment=_p_value_comment(
                found.test, adjusted, margin=bool(options.margin_values)
            ),
        )

    @staticmethod
    def _has_error(found: Analysed) -> bool:
        return (
            found.standard_error
            and found.estimate is not None
            and found.estimate.standard_error is not None
        )

    def _number(self, ready: Ready, field: str, name: str, part: str) -> str | None:
        estimate = ready.found.estimate
        if estimate is None:
            return None
        return self.ledger.number(
            f"{self.address}/{field}",
            name,
            ready.basis,
            getattr(estimate, part),
            ready.decimals,
            method=estimate.method,
            notes=estimate.reason(part) or "",
        )

    def _level(self, ready: Ready) -> str | None:
        """Post the confidence level, which the specification says."""
        estimate = ready.found.estimate
        if estimate is None or estimate.level is None:
            return None
        percent = ready.options.level
        text = f"{percent:g}"
        self.ledger.enter(
            f"{self.address}/ciPctValue",
            "confidence level",
            ready.basis,
            method="as specified, in percent",
            raw=percent,
            posted=text,
        )
        return text

    def _p_value(self, ready: Ready, adjusted: Adjusted | None) -> str | None:
        test = ready.found.test
        if test is None or test.p_value is None:
            return None
        p_value = test.p_value if adjusted is None else adjusted.p_value
        text = self.ledger.rounding.p_value(p_value)
        self.ledger.enter(
            f"{self.address}/pValue",
            "p-value",
            ready.basis,
            method=_test_words(test) + (f"; {adjusted.comment}" if adjusted else ""),
            raw=p_value,
            posted=text,
            rounding=self.ledger.rounding.describe(4),
            notes=f"unadjusted {test.p_value:.6g}" if adjusted else "",
        )
        return text


def _test_words(test: Test) -> str:
    """Give a test with its statistic and degrees of freedom."""
    words = test.method
    if test.statistic is not None:
        words += f"; statistic {test.statistic:.6g}"
    degrees = test.degrees_of_freedom
    if degrees is not None and test.denominator_degrees_of_freedom is not None:
        words += f", {degrees:g} and {test.denominator_degrees_of_freedom:g} degrees of freedom"
    elif degrees is not None:
        words += f", {degrees:g} degrees of freedom"
    return words


def _estimate_comment(found: Analysed) -> str | None:
    parts = [found.estimate_comment]
    if found.estimate is not None and (reason := found.estimate.reason("value")) is not None:
        parts.append(f"Not estimable: {reason}.")
    return " ".join(part for part in parts if part) or None


def _p_value_comment(test: Test | None, adjusted: Adjusted | None, *, margin: bool) -> str | None:
    if test is None:
        return None
    missing = test.reason("p_value")
    if missing is not None:
        return f"Not computable: {missing}."
    against = f" than {test.null_value:g}, the margin" if margin else ""
    parts = [] if test.sides == "two-sided" else [f"One-sided: {test.sides}{against}."]
    if adjusted is not None:
        parts.append(f"{adjusted.comment} Unadjusted: {test.p_value:.4g}.")
    return " ".join(parts) or None


def post_analyses(
    ledger: Ledger,
    address: str,
    ready: Sequence[Ready],
    adjusted: Mapping[int, Adjusted],
    group_ids: Mapping[str, str],
) -> tuple[MeasureAnalysis, ...]:
    """Post the analyses of one outcome in their order."""
    return tuple(
        AnalysisPoster(ledger, f"{address}/analyses/{number}", group_ids).post(
            one, adjusted.get(id(one))
        )
        for number, one in enumerate(ready)
    )
