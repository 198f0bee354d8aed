"""What the limits say of a margin: non-inferiority and equivalence, decided and put into words."""

from collections.abc import Callable

from topline.analysis.analyses.analysis import Analysis, AnalysisOptions
from topline.stats.estimate import Estimate


def mistakes(analysis: Analysis, options: AnalysisOptions) -> list[tuple[str, str]]:
    """List what does not fit between type, margin and the analysis: what was found, and what to do.

    Examples
    --------
    >>> from topline.analysis.analyses.registry import analyses
    >>> from topline.analysis.analyses.one_sample_t_test import OneSampleOptions
    >>> mistakes(analyses()["one_sample_t_test"], OneSampleOptions(null_value=0, type="equivalence"))
    [('type: equivalence, which one_sample_t_test cannot be', 'one of superiority, other')]
    """
    found = []
    if options.type not in analysis.types:
        found.append(
            (
                f"type: {options.type}, which {analysis.name} cannot be",
                f"one of {', '.join(analysis.types)}",
            )
        )
        return found
    margins = options.margin_values
    wanted = {"non_inferiority": 1, "equivalence": 2}.get(options.type, 0)
    given = len(margins) if options.margin != () else 0
    if given != wanted:
        advice = {0: "leave `margin:` out", 1: "say `margin:` with one value", 2: "two values"}
        found.append((f"{given} margins for the type {options.type}", advice[wanted]))
    if wanted == 2 and given == 2 and margins[0] >= margins[1]:
        found.append(("margins that are not in order", "the lower one first"))
    needed = {"higher": "lower", "lower": "upper"}[options.better]
    if wanted == 1 and options.interval not in ("two_sided", needed):
        found.append(
            (f"interval: {options.interval}, where the {needed} limit decides", f"say {needed}")
        )
    if wanted == 2 and options.interval != "two_sided":
        found.append((f"interval: {options.interval} for equivalence", "say two_sided"))
    return found


def decision(
    options: AnalysisOptions, estimate: Estimate | None, text: Callable[[float], str]
) -> str | None:
    """Say in words which margin was laid down, which limit decides and what it says.

    Parameters
    ----------
    options
        Type, margin, and which estimates are better.
    estimate
        The estimate, with the limits that decide, at full precision.
    text
        How a number is posted.

    Returns
    -------
    str or None
        ``None`` where the analysis has no margin.

    Examples
    --------
    >>> options = AnalysisOptions(type="non_inferiority", margin=-10.0)
    >>> estimate = Estimate(value=-2.0, lower=-8.04, upper=4.0, level=0.95, method="difference")
    >>> decision(options, estimate, lambda number: f"{number:.1f}")
    'The margin is -10. The lower limit of the two-sided 95% interval, -8.0, is above it: non-inferiority is shown.'
    """
    if options.type == "non_inferiority":
        return _non_inferiority(options, estimate, text)
    if options.type == "equivalence":
        return _equivalence(options, estimate, text)
    return None


def _interval(options: AnalysisOptions) -> str:
    sided = "two-sided" if options.interval == "two_sided" else "one-sided"
    return f"{sided} {options.level:g}% interval"


def _non_inferiority(
    options: AnalysisOptions, estimate: Estimate | None, text: Callable[[float], str]
) -> str:
    margin = options.margin_values[0]
    part = "lower" if options.better == "higher" else "upper"
    limit = getattr(estimate, part, None)
    opening = f"The margin is {margin:g}. The {part} limit of the {_interval(options)}"
    if limit is None:
        return f"{opening} could not be computed: nothing is shown."
    inside = limit > margin if part == "lower" else limit < margin
    beyond = {"lower": ("above", "not above"), "upper": ("below", "not below")}[part]
    return (
        f"{opening}, {text(limit)}, is {beyond[0] if inside else beyond[1]} it: "
        f"non-inferiority is {'shown' if inside else 'not shown'}."
    )


def _equivalence(
    options: AnalysisOptions, estimate: Estimate | None, text: Callable[[float], str]
) -> str:
    low, high = options.margin_values
    opening = f"The margins are {low:g} and {high:g}. The {_interval(options)}"
    if estimate is None or estimate.lower is None or estimate.upper is None:
        return f"{opening} could not be computed: nothing is shown."
    inside = low < estimate.lower and estimate.upper < high
    return (
        f"{opening}, {text(estimate.lower)} to {text(estimate.upper)}, lies "
        f"{'' if inside else 'not '}between them: equivalence is {'shown' if inside else 'not shown'}."
    )
