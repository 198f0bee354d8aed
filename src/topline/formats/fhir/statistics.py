"""The statistics of Evidence: a measurement, an analysis, a count of an adverse event."""

from collections.abc import Iterable
from decimal import Decimal

from topline.formats.fhir.elements import (
    ATTRIBUTE_TYPES,
    STATISTIC_TYPES,
    Element,
    concept,
    count,
    element,
    fits,
    limit,
    notes,
    quantity,
)
from topline.posted.dispersions import dispersion
from topline.record.codes import CODE_LISTS
from topline.record.results import (
    BaselineMeasure,
    Denom,
    EventStats,
    MeasureAnalysis,
    Measurement,
    OutcomeMeasure,
)
from topline.record.values import Number, read_value

_STATISTICS = "statistic-type"
_ATTRIBUTES = "attribute-estimate-type"
_PARTICIPANTS = "participants"


def measurement(
    measure: BaselineMeasure | OutcomeMeasure,
    posted: Measurement,
    row: str | None,
    denoms: Iterable[Denom],
) -> Element:
    """Return a measurement as a statistic.

    Parameters
    ----------
    measure
        What was measured.
    posted
        The measurement.
    row
        Titles of its class and category.
    denoms
        The denominators that hold for it.

    Examples
    --------
    >>> measure = OutcomeMeasure(param_type="MEAN", dispersion_type="Standard Deviation")
    >>> made = measurement(measure, Measurement(value="5.0", spread="1.20"), None, ())
    >>> made["quantity"], made["attributeEstimate"][0]["quantity"]
    ({'value': Decimal('5.0')}, {'value': Decimal('1.20')})
    """
    unit = measure.unit_of_measure
    value, said = quantity(posted.value, posted.comment, unit)
    label = CODE_LISTS["MeasureParam"].get(measure.param_type or "", measure.param_type)
    return element(
        note=notes(*said),
        statisticType=concept(label, STATISTIC_TYPES, _STATISTICS),
        category=element(text=row) or None,
        quantity=value,
        numberAffected=count(posted.value)
        if measure.param_type == "COUNT_OF_PARTICIPANTS"
        else None,
        sampleSize=sample_size(denoms, posted.group_id),
        attributeEstimate=_spread_and_limits(measure.dispersion_type, posted, unit),
    )


def _spread_and_limits(kind: str | None, posted: Measurement, unit: str | None) -> list[Element]:
    made: list[Element] = []
    known = dispersion(kind)
    label = CODE_LISTS["MeasureDispersionType"].get(kind or "", kind)
    if posted.spread is not None:
        # Beside a mean, the registry's standard error is that of the mean.
        name = "Standard Error of the Mean" if known.word == "standard error" else label
        value, said = quantity(posted.spread, None, unit)
        made.append(
            element(
                description=label,
                note=notes(*said),
                type=concept(name, ATTRIBUTE_TYPES, _ATTRIBUTES),
                quantity=value,
            )
        )
    if posted.lower_limit is not None or posted.upper_limit is not None:
        name = "Confidence interval" if known.level is not None else label
        level = None if known.level is None else Decimal(repr(known.level))
        made.append(
            _interval(
                name, label, level, (posted.lower_limit, None), (posted.upper_limit, None), unit
            )
        )
    return made


def _interval(
    name: str | None,
    description: str | None,
    level: Decimal | None,
    lower: tuple[str | None, str | None],
    upper: tuple[str | None, str | None],
    unit: str | None,
) -> Element:
    low, said_low = limit("lower limit", *lower, unit)
    high, said_high = limit("upper limit", *upper, unit)
    return element(
        description=description,
        note=notes(*said_low, *said_high),
        type=concept(name, ATTRIBUTE_TYPES, _ATTRIBUTES),
        level=level,
        range=element(low=low, high=high),
    )


def sample_size(denoms: Iterable[Denom], group_id: str | None) -> Element:
    """Return how many a statistic speaks of: participants as a number, other units in words."""
    number: int | None = None
    words: list[str] = []
    for denom in denoms:
        for one in denom.counts or ():
            if one.group_id != group_id or one.value is None:
                continue
            found = count(one.value)
            if (
                (denom.units or "").casefold() == _PARTICIPANTS
                and number is None
                and found is not None
            ):
                number = found
            else:
                words.append(f"{one.value} {denom.units or ''}".strip())
    return element(description="; ".join(words), knownDataCount=number)


def analysis(posted: MeasureAnalysis) -> Element:
    """Return a statistical analysis as a statistic.

    Parameters
    ----------
    posted
        The analysis. Its estimate has no unit: none is posted.

    Examples
    --------
    >>> made = analysis(MeasureAnalysis(p_value="<0.001", param_type="Odds Ratio (OR)",
    ...     param_value="1.80", ci_pct_value="95", ci_lower_limit="1.2", ci_upper_limit="2.7"))
    >>> [one["type"]["text"] for one in made["attributeEstimate"]]
    ['Confidence interval', 'P-value']
    """
    value, said = quantity(posted.param_value, posted.estimate_comment, None)
    attributes = [
        one for one in (_confidence(posted), _dispersion(posted), _p_value(posted)) if one
    ]
    return element(
        note=notes(
            *said,
            posted.statistical_comment,
            posted.non_inferiority_type and f"type of test: {posted.non_inferiority_type}",
            posted.non_inferiority_comment,
            posted.group_description,
            posted.other_analysis_description,
        ),
        statisticType=concept(posted.param_type, STATISTIC_TYPES, _STATISTICS),
        quantity=value,
        attributeEstimate=attributes,
        modelCharacteristic=(
            [{"code": {"text": posted.statistical_method}}]
            if posted.statistical_method and posted.statistical_method.strip()
            else []
        ),
    )


def _confidence(posted: MeasureAnalysis) -> Element:
    lower = (posted.ci_lower_limit, posted.ci_lower_limit_comment)
    upper = (posted.ci_upper_limit, posted.ci_upper_limit_comment)
    if posted.ci_pct_value is None and lower[0] is None and upper[0] is None:
        return {}
    sides = CODE_LISTS["ConfidenceIntervalNumSides"].get(posted.ci_num_sides or "")
    level = read_value(posted.ci_pct_value or "")
    share = level.amount / 100 if isinstance(level, Number) and fits(level.amount) else None
    words = [f"{posted.ci_pct_value} percent"] if posted.ci_pct_value is not None else []
    words += [sides.casefold()] if sides else []
    return _interval("Confidence interval", ", ".join(words), share, lower, upper, None)


def _dispersion(posted: MeasureAnalysis) -> Element:
    if posted.dispersion_value is None:
        return {}
    label = CODE_LISTS["AnalysisDispersionType"].get(
        posted.dispersion_type or "", posted.dispersion_type
    )
    value, said = quantity(posted.dispersion_value, None, None)
    return element(
        note=notes(*said), type=concept(label, ATTRIBUTE_TYPES, _ATTRIBUTES), quantity=value
    )


def _p_value(posted: MeasureAnalysis) -> Element:
    if posted.p_value is None:
        return {}
    value, said = quantity(posted.p_value, posted.p_value_comment, None)
    return element(
        note=notes(*said), type=concept("P-value", ATTRIBUTE_TYPES, _ATTRIBUTES), quantity=value
    )


def event_counts(stats: EventStats) -> Element:
    """Return participants affected of those at risk, and occurrences, as a statistic.

    Examples
    --------
    >>> event_counts(EventStats(num_affected=3, num_at_risk=60, num_events=5))["numberOfEvents"]
    5
    """
    whole = {
        "affected": stats.num_affected,
        "at risk": stats.num_at_risk,
        "events": stats.num_events,
    }
    beyond = (
        f"{name}: {one}" for name, one in whole.items() if one is not None and count(one) is None
    )
    affected = count(stats.num_affected)
    return element(
        note=notes(*beyond),
        statisticType=concept("Count of Participants", STATISTIC_TYPES, _STATISTICS),
        quantity=None if affected is None else {"value": affected, "unit": _PARTICIPANTS},
        numberOfEvents=count(stats.num_events),
        numberAffected=affected,
        sampleSize=element(knownDataCount=count(stats.num_at_risk)),
    )


def participants(text: str | None, comment: str | None, unit: str | None) -> Element:
    """Return a count of the participant flow as a statistic."""
    value, said = quantity(text, comment, unit)
    return element(
        note=notes(*said),
        statisticType=concept("Count of Participants", STATISTIC_TYPES, _STATISTICS)
        if unit == _PARTICIPANTS
        else concept("Count of Units", STATISTIC_TYPES, _STATISTICS),
        quantity=value,
        numberAffected=count(text) if unit == _PARTICIPANTS else None,
    )
