"""Methods by name: the summaries and analyses that a specification may ask for."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from topline.analysis.analyses.registry import analyses
from topline.analysis.summaries.registry import summaries
from topline.analysis.summaries.summary import Summary
from topline.trial.specification import Method
from topline.trial.specification_methods import Vocabulary, method_options


@cache
def vocabulary() -> Vocabulary:
    """Give the words of the specification that name summaries and analyses, with their options.

    Examples
    --------
    >>> "kaplan_meier_quantile" in vocabulary().summaries
    True
    """
    return Vocabulary(
        summaries={name: summary.options for name, summary in summaries().items()},
        analyses={name: analysis.options for name, analysis in analyses().items()},
    )


def summary_of(method: Method | None, default: Mapping[str, Any]) -> tuple[Summary, Any]:
    """Find the summary that a specification names, with its options.

    Examples
    --------
    >>> summary, options = summary_of(None, {"method": "median", "dispersion": "range"})
    >>> summary.measure_type, options.dispersion
    ('MEDIAN', 'range')
    """
    chosen = method or default
    summary = summaries()[str(chosen["method"])]
    return summary, method_options(chosen, summary.options)
