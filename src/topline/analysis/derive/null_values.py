"""What "no change" would be for a measure: 0 for a change, 1 for a ratio, or not known."""

import re
from collections.abc import Sequence

from topline.record.results import OutcomeMeasure

_RATIO = re.compile(r"\bratio\b|\bfold\b")
_TO_BASELINE = re.compile(
    r"\bpost[- ]?(?:treatment|dose|baseline)? ?/ ?pre|\bfold[- ](?:change|increase|rise)"
    r"|\bratios? (?:to|from|over|relative to) (?:the )?(?:baseline|pre[- ]?(?:treatment|dose))"
    r"|\brelative to (?:baseline|pre[- ]?(?:treatment|dose))"
)
"""A ratio of a value to the participant's own value before: 1 is no change."""
_LOGARITHM = re.compile(r"\blog(?:10|2|e)?\b|\bln\b")
_CHANGE = re.compile(
    r"\bchanges? (?:from|in|of|at|to|between|over|since)\b|\b(?:mean|percent(?:age)?|absolute) change\b"
)
_NO_CHANGE = re.compile(r"^(?:the )?(?:time|number|duration|rate|frequency|days)\b")
"""How titles begin that are of something else, such as the time to a change."""
_CHANGE_ROW = re.compile(r"\bchanges?\b")
_BASELINE_ROW = re.compile(
    r"^(?:at |the )?(?:baseline|screening|pre[- ]?(?:dose|treatment)|day 0|week 0)\b(?!.*\bchange)"
)


def null_value(measure: OutcomeMeasure, titles: Sequence[str]) -> float | None:
    """Return the mean of a group under no change; ``None`` where the record does not make it clear.

    Parameters
    ----------
    measure
        The outcome measure.
    titles
        Of the class and the category.

    Examples
    --------
    >>> null_value(OutcomeMeasure(title="Change From Baseline in Weight", unit_of_measure="kg"), ())
    0.0
    >>> null_value(OutcomeMeasure(title="Activity after treatment", unit_of_measure="ratio",
    ...     description="The post/pre-treatment mean ratio."), ())
    1.0
    >>> null_value(OutcomeMeasure(title="Weight", unit_of_measure="kg"), ()) is None
    True
    """
    unit, title = _plain(measure.unit_of_measure), _plain(measure.title)
    rows = [_plain(text) for text in titles]
    if any(map(_BASELINE_ROW.search, rows)):
        return None
    if _RATIO.search(unit) and not _LOGARITHM.search(unit):
        said = f"{title} {_plain(measure.description)} {unit}"
        return 1.0 if _TO_BASELINE.search(said) else None
    if any(map(_CHANGE_ROW.search, rows)):
        return 0.0
    # Values at visits may be listed under a change: a row of the baseline gives that away.
    is_change = _CHANGE.search(title) and not _NO_CHANGE.search(title)
    return 0.0 if is_change and not _has_baseline_row(measure) else None


def _plain(text: str | None) -> str:
    return " ".join((text or "").casefold().split())


def _has_baseline_row(measure: OutcomeMeasure) -> bool:
    texts = [
        _plain(text)
        for measure_class in measure.classes or ()
        for text in (
            measure_class.title,
            *(category.title for category in measure_class.categories or ()),
        )
    ]
    return any(map(_BASELINE_ROW.search, texts))
