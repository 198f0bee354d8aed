"""A named estimate with its test, as tables of coefficients and of differences hold them."""

from dataclasses import dataclass

from topline.stats.distribution import t_multiplier, t_probability
from topline.stats.estimate import Estimate, Sides, Test, undefined_estimate, undefined_test


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One combination of a model's coefficients, with its interval and its test against a null value."""

    name: str
    estimate: Estimate
    test: Test


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of a combination of coefficients.

    Parameters
    ----------
    name
        What to call it.
    method
        The estimator in words.
    level
        The confidence level, a fraction.
    null_value, sides
        Of the test.
    """

    name: str = ""
    method: str
    level: float
    null_value: float = 0.0
    sides: Sides = "two-sided"


def t_effect(
    question: Question, value: float, standard_error: float, degrees_of_freedom: float
) -> Effect:
    """Give the t interval and t test of an estimate whose standard error is above 0.

    Examples
    --------
    >>> found = t_effect(Question(method="mean", level=0.95), 1.5, 0.5, 10)
    >>> found.test.statistic, round(found.estimate.lower, 4)
    (3.0, 0.3859)
    """
    half = t_multiplier(question.level, degrees_of_freedom) * standard_error
    statistic = (value - question.null_value) / standard_error
    return Effect(
        name=question.name,
        estimate=Estimate(
            value=value,
            lower=value - half,
            upper=value + half,
            level=question.level,
            method=question.method,
            standard_error=standard_error,
            degrees_of_freedom=degrees_of_freedom,
        ),
        test=Test(
            statistic=statistic,
            degrees_of_freedom=degrees_of_freedom,
            p_value=t_probability(statistic, degrees_of_freedom, question.sides),
            sides=question.sides,
            null_value=question.null_value,
            method=question.method,
        ),
    )


def undefined_effect(question: Question, reason: str, *, value: float | None = None) -> Effect:
    """Give an effect that has no interval and no test, and no value where none is given.

    Examples
    --------
    >>> undefined_effect(Question(method="mean", level=0.95), "undefined for a single observation").test.p_value
    """
    return Effect(
        name=question.name,
        estimate=undefined_estimate(question.method, reason, question.level, value=value),
        test=undefined_test(
            question.method, reason, sides=question.sides, null_value=question.null_value
        ),
    )
