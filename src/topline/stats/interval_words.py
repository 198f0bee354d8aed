"""How the interval of a method is called in a result."""

import re

_ASIDE = re.compile(r"(, variance|,? with(?:out)?|,? on) ")


def interval_words(title: str) -> str:
    """Name the interval of a method by its title: the word stands before what qualifies it.

    Part of :func:`topline.stats.proportion.proportion` and the other estimates with intervals by name.

    Parameters
    ----------
    title
        The method's title.

    Examples
    --------
    >>> interval_words("Wilson (score)")
    'Wilson (score) interval'
    >>> interval_words("Jeffreys, without the rule for edges")
    'Jeffreys interval without the rule for edges'
    >>> interval_words("Wald with continuity correction"), interval_words("Wald on the log scale")
    ('Wald interval with continuity correction', 'Wald interval on the log scale')
    """
    found = _ASIDE.search(title)
    if not found:
        return f"{title} interval"
    aside = title[found.start() :].removeprefix(",").lstrip()
    comma = "," if found.group(1) == ", variance" else ""
    return f"{title[: found.start()]} interval{comma} {aside}"
