"""A posted statistical analysis, read: which parameter it estimates, its numbers, whether it says it is adjusted."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from topline.posted.summaries import Row, possible
from topline.posted.units import Counted, counted
from topline.record.results import MeasureAnalysis, OutcomeMeasure
from topline.record.values import Bound, Number, read_value
from topline.stats.possible_values import PossibleValues


class Parameter(StrEnum):
    """What an analysis estimates, of what posted summaries can give."""

    MEAN_DIFFERENCE = "mean difference"
    GEOMETRIC_MEAN_RATIO = "ratio of geometric means"
    RISK_DIFFERENCE = "risk difference"
    RISK_RATIO = "risk ratio"
    ODDS_RATIO = "odds ratio"

    @property
    def is_ratio(self) -> bool:
        """Whether exchanging the groups inverts it, instead of changing its sign."""
        return self not in (Parameter.MEAN_DIFFERENCE, Parameter.RISK_DIFFERENCE)


_MEANS = frozenset({"MEAN", "LEAST_SQUARES_MEAN"})
_GEOMETRIC = frozenset({"GEOMETRIC_MEAN", "GEOMETRIC_LEAST_SQUARES_MEAN"})
_NOT_ONE = re.compile(
    r"\bmedians?\b|\bhazard\b|\bcox\b|\bslope|\bcorrelation|\brate ratio\b|\bannuali[sz]ed|\bposterior\b"
    r"|\bhodges|\bstandardi[sz]ed|\bcohen|\beffect size|\bperson-time|\bper 100|\blog[- ](?:odds|scale|risk)"
)
_DIFFERENCE = re.compile(
    r"\bdiff(?:erences?|\.|s)?\b|\bchange\b|\beffect\b|\bcomparison\b|\blsmd\b|\bmd\b"
)
_RATIO = re.compile(r"\bration?\b|\bgmr\b|\brelative\b")


def parameter(measure: OutcomeMeasure, analysis: MeasureAnalysis) -> Parameter | None:
    """Say what an analysis estimates; ``None`` where posted summaries of the measure cannot give that.

    Parameters
    ----------
    measure
        The outcome measure that the analysis stands with.
    analysis
        The analysis.

    Examples
    --------
    >>> parameter(OutcomeMeasure(param_type="COUNT_OF_PARTICIPANTS"),
    ...           MeasureAnalysis(param_type="Odds Ratio (OR)")).value
    'odds ratio'
    >>> parameter(OutcomeMeasure(param_type="MEAN"), MeasureAnalysis(param_type="LS mean difference")).value
    'mean difference'
    """
    words = " ".join((analysis.param_type or "").casefold().split())
    if _NOT_ONE.search(words):
        return None
    if measure.param_type in _MEANS:
        return Parameter.MEAN_DIFFERENCE if _is_difference(words) else None
    if measure.param_type in _GEOMETRIC:
        return Parameter.GEOMETRIC_MEAN_RATIO if _RATIO.search(words) else None
    unit = counted(measure)
    # A "mean difference" beside counts of participants is of something else that was measured.
    if unit is Counted.OTHER or (unit is Counted.PARTICIPANTS and re.search(r"\bmeans?\b", words)):
        return None
    return _of_counts(words)


def _is_difference(words: str) -> bool:
    return _DIFFERENCE.search(words) is not None and _RATIO.search(words) is None


def _of_counts(words: str) -> Parameter | None:
    if "odds" in words:
        return Parameter.ODDS_RATIO
    if _is_difference(words):
        return Parameter.RISK_DIFFERENCE
    return Parameter.RISK_RATIO if _RATIO.search(words) else None


_ADJUSTED_METHOD = re.compile(
    r"ancova|covariance|\bmixed\b|mmrm|\brepeated\b|\bgee\b|generali[sz]ed|bayes|mcp-?mod|cochran|mantel"
    r"|stratif|\bcox\b|negative.binomial|poisson|anders[eo]n|gill|kenward|linear model|\bglm\b|longitudinal"
    r"|proportional (?:cumulative )?odds|ordinal|cumulative logit|random effect|van.elteren|\bcmh\b|\bpaired\b|signed.rank|adjusted"
)
_ADJUSTED_TEXT = re.compile(
    r"\badjust(?:ed|ing|ment|s)?\b|\bcovariates?\b|\bstratif|\bcontrolling for\b|\bancova\b|\bmixed[- ]model"
    r"|\bmixed[- ]effects?\b|\bmmrm\b|\brepeated[- ]measures?\b|\bleast[- ]squares?\b|\bls[- ]?means?\b"
    r"|\blsm\b|\bmultiple imputation\b|\bas (?:a )?(?:fixed )?(?:factors?|effects?|covariates?)\b"
    r"|\bterms? for\b|\bfixed effects?\b|\bmodel (?:included|includes|including|contained|with)\b"
    r"|\bas (?:main )?effects\b|\binteraction\b|\bmantel\b|\bcmh\b|\bweighted\b|\bpaired\b|\bcrossover\b"
    r"|\bexplanatory\b"
)
_OF_P_VALUES = re.compile(
    r"\b(?:no|not|without|un)[- ]?(?:any )?(?:multiplicity )?adjust\w*"
    r"|\badjust\w* (?:for|of) (?:the )?(?:multipl\w+|alpha|type i|interim)"
    r"|\bmultiplicity[- ]adjust\w*|\badjust\w* p[- ]?values?|\bp[- ]?values? (?:\w+ )?adjust\w*"
    r"|\b(?:bonferroni|dunnett|tukey|holm|hochberg|alpha|continuity|multiple comparisons?)[- ]adjust\w*"
    r"|\bunadjusted\b",
)
"""An adjustment that is not of the estimate."""


def adjusted_by(analysis: MeasureAnalysis) -> str | None:
    """Return the words by which an analysis says that its estimate is adjusted; ``None`` where none do.

    Parameters
    ----------
    analysis
        The analysis: its method, parameter and comments.

    Examples
    --------
    >>> adjusted_by(MeasureAnalysis(statistical_method="ANCOVA"))
    'ancova'
    >>> adjusted_by(MeasureAnalysis(statistical_method="t-test, 2 sided",
    ...     p_value_comment="Not adjusted for multiplicity")) is None
    True
    """
    method = (analysis.statistical_method or "").casefold()
    texts = (
        (_ADJUSTED_METHOD, method),
        (_ADJUSTED_TEXT, _OF_P_VALUES.sub(" ", words_of(analysis))),
    )
    for pattern, text in texts:
        found = pattern.search(text)
        if found is not None:
            return found[0].strip()
    return None


def words_of(analysis: MeasureAnalysis) -> str:
    """Return all that an analysis says of itself in words.

    Examples
    --------
    >>> words_of(MeasureAnalysis(param_type="Mean Difference (Net)", group_description="Week 12"))
    'mean difference (net) week 12'
    """
    texts = (
        analysis.param_type,
        analysis.statistical_comment,
        analysis.p_value_comment,
        analysis.estimate_comment,
        analysis.other_analysis_description,
        analysis.group_description,
        analysis.non_inferiority_comment,
    )
    # The interface writes "\\<" where "<" was typed.
    return " ".join(" ".join(text.casefold().replace("\\", "").split()) for text in texts if text)


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedNumbers:
    """The numbers of an analysis, each with all it can be.

    Attributes
    ----------
    estimate
        The estimate.
    lower, upper
        The limits; ``None`` where not posted, or not a number.
    level
        The confidence level as a fraction; ``None`` without limits.
    standard_error
        Of the estimate; ``None`` where not posted.
    p_value
        The p-value; ``None`` where not posted.
    """

    estimate: PossibleValues
    lower: PossibleValues | None = None
    upper: PossibleValues | None = None
    level: float | None = None
    standard_error: PossibleValues | None = None
    p_value: PossibleValues | None = None


def posted_numbers(analysis: MeasureAnalysis) -> PostedNumbers | None:
    """Read the numbers of an analysis; ``None`` where it has no estimate that is a number.

    Examples
    --------
    >>> found = posted_numbers(MeasureAnalysis(param_value="2.15", p_value="<0.05"))
    >>> found.estimate.lower, found.p_value.upper
    (2.145, 0.05)
    """
    estimate = possible(analysis.param_value)
    if isinstance(estimate, str):
        return None
    level = possible(analysis.ci_pct_value)
    lower, upper = possible(analysis.ci_lower_limit), possible(analysis.ci_upper_limit)
    limits = not isinstance(level, str) and 0 < level.middle < 100
    return PostedNumbers(
        estimate=estimate,
        lower=lower if limits and not isinstance(lower, str) else None,
        upper=upper if limits and not isinstance(upper, str) else None,
        level=_two_sided_level(analysis, level.middle)
        if limits and not isinstance(level, str)
        else None,
        standard_error=_standard_error(analysis),
        p_value=p_value(analysis.p_value),
    )


def _two_sided_level(analysis: MeasureAnalysis, percent: float) -> float:
    """Return the level of the two-sided interval that has the posted limits."""
    level = percent / 100
    return 2 * level - 1 if analysis.ci_num_sides == "ONE_SIDED" and level > 0.5 else level


def _standard_error(analysis: MeasureAnalysis) -> PossibleValues | None:
    if "ERROR" not in (analysis.dispersion_type or "").upper():
        return None
    found = possible(analysis.dispersion_value)
    return None if isinstance(found, str) or found.middle < 0 else found


def p_value(text: str | None) -> PossibleValues | None:
    """Read a posted p-value, a bound too; ``None`` where there is none.

    Examples
    --------
    >>> p_value("<0.001"), p_value("NS") is None
    (PossibleValues(lower=0.0, upper=0.001, printed=None), True)
    """
    value = read_value(text or "")
    if not isinstance(value, Number | Bound):
        return None
    interval = value.interval()
    lower = max(float(interval.lower), 0.0) if interval.lower is not None else 0.0
    upper = min(float(interval.upper), 1.0) if interval.upper is not None else 1.0
    printed = float(value.amount) if isinstance(value, Number) else None
    if lower > upper or (printed is not None and not lower <= printed <= upper):
        return None
    return PossibleValues(lower, upper, printed)


def rows_named(rows: Sequence[Row], analysis: MeasureAnalysis) -> list[Row]:
    """Return the rows that an analysis may be about: the one it names, or all.

    Parameters
    ----------
    rows
        Rows of the measure.
    analysis
        The analysis; a row is named where all its titles occur in what it says of itself, numbers
        analyzed left out. Of "week 2" and "week 2, fasting" the longer one is named.

    Examples
    --------
    >>> rows = [Row(address=place, titles=(f"Week {place} (n=20, 21)",)) for place in ("2", "20")]
    >>> analysis = MeasureAnalysis(statistical_comment="Week 2: mixed model.")
    >>> [row.address for row in rows_named(rows, analysis)]
    ['2']
    """
    if len(rows) == 1:
        return list(rows)
    words = " ".join(_FROM_BASELINE.sub(" ", words_of(analysis)).split())
    named = {
        row.address: sum(map(len, keys))
        for row in rows
        if (keys := _title_words(row)) and all(_occurs(key, words) for key in keys)
    }
    longest = [row for row in rows if named.get(row.address, 0) == max(named.values(), default=-1)]
    return longest if len(longest) == 1 else list(rows)


_FROM_BASELINE = re.compile(r"\bfrom baseline\b(?: (?:to|at))?|\bbaseline\b")
"""Said of any change, and of covariates: it names no row."""
_NUMBERS = re.compile(r"[\s,;:]*[(\[]?\s*\bn\s*=.*$")


def _title_words(row: Row) -> list[str]:
    found = []
    for text in row.titles:
        key = _NUMBERS.sub("", " ".join(text.casefold().replace("\\", "").split()))
        found.append(" ".join(_FROM_BASELINE.sub(" ", key).split()))
    return found


def _occurs(key: str, words: str) -> bool:
    return bool(key) and re.search(rf"(?<!\w){re.escape(key)}(?!\w)", words) is not None
