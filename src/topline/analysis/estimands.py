"""An estimand in words: the registry has no place of its own for it, so the description says it."""

from topline.trial.specification import Estimand


def with_estimand(description: str | None, estimand: Estimand | None) -> str | None:
    """Add an estimand to the description of an outcome.

    Examples
    --------
    >>> with_estimand("Total score.", Estimand(population="all randomized", summary="difference in means"))
    'Total score. Estimand: population: all randomized; summary: difference in means.'
    """
    if estimand is None:
        return description
    attributes = [
        f"{name}: {text}"
        for name, text in (
            ("population", estimand.population),
            ("treatments", estimand.treatments),
            ("variable", estimand.variable),
            (
                "intercurrent events",
                ", ".join(f"{one.event} ({one.strategy})" for one in estimand.intercurrent_events),
            ),
            ("summary", estimand.summary),
        )
        if text
    ]
    sentence = f"Estimand: {'; '.join(attributes)}." if attributes else ""
    return " ".join(part for part in (description, sentence) if part) or None
