"""Measures of dispersion as posted: by the interface's label or by the code."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dispersion:
    """A measure of dispersion: its word, and the level of an interval as a fraction."""

    word: str
    level: float | None = None


_CODES = re.compile(r"CONFIDENCE_(\d\d)(\d?)")
_LEVEL = re.compile(r"([0-9]{2}(?:\.[0-9]+)?) ?% confidence interval")


def dispersion(posted: str | None) -> Dispersion:
    """Read a dispersion type, as the interface spells it or as its code.

    Examples
    --------
    >>> dispersion("Standard Deviation").word, dispersion("95% Confidence Interval")
    ('standard deviation', Dispersion(word='confidence interval', level=0.95))
    >>> dispersion("CONFIDENCE_975").level, dispersion("Inter-Quartile Range").word
    (0.975, 'inter-quartile range')
    """
    text = posted or ""
    code = _CODES.fullmatch(text)
    if code is not None:
        return Dispersion("confidence interval", float(f"0.{code[1]}{code[2]}"))
    words = " ".join(text.replace("_", " ").casefold().split())
    level = _LEVEL.fullmatch(words)
    if level is not None:
        return Dispersion("confidence interval", round(float(level[1]) / 100, 10))
    if words.startswith("geometric coefficient"):
        return Dispersion("coefficient of variation")
    return Dispersion(words)
