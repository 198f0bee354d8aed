"""The numbers and choices that a protocol fixes, all with the guidelines' values as default."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

TOO_SMALL = Decimal(5)
"""What a lesion counts that is seen but too small to measure [mm]."""
NORMAL_NODE = Decimal(10)
"""A lymph node with a shorter short axis is normal [mm]."""
MEASURABLE = Decimal(10)
"""The smallest longest diameter of a measurable lesion that is no node [mm]."""
MEASURABLE_NODE = Decimal(15)
"""The smallest short axis of a measurable node [mm]."""
MOST_TARGETS, MOST_TARGETS_PER_ORGAN = 5, 2
RESPONSE_SHARE = Decimal("0.70")
"""A sum of at most this share of baseline is a partial response: a decrease of 30 %."""
PROGRESSION_SHARE = Decimal("1.20")
"""A sum of at least this share of nadir may be progression: an increase of 20 % …"""
PROGRESSION_INCREASE = Decimal(5)
"""… if it is also this much above it [mm]."""

KeptPartialResponse = Literal["never", "assigned", "confirmed"]
AfterComplete = Literal["progression", "as_measured"]
CompleteThenPartial = Literal["progression", "partial_response"]
PersistingProgression = Literal["shrinkage", "remains", "tolerated"]
UnconfirmedProgression = Literal["counts", "ignored"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseRules:
    """What a protocol says beyond the guideline's fixed thresholds.

    Parameters
    ----------
    minimum_stable_days
        Stable disease counts from this many days after the start. RECIST 1.1 leaves it to the protocol
        ("in general not less than 6–8 weeks").
    confirmation_days
        A response is confirmed by a second one at least this many days later.
    not_evaluable_between
        How many time points between the two may be not evaluable.
    stable_between
        How many between two partial responses may be stable disease.
    complete_then_partial
        What a partial response after an unconfirmed complete one means for the best response:
        disease that came back, which is ``progression``, or a complete response claimed too early,
        which was a ``partial_response``; footnote of RECIST 1.1, table 3.
    after_complete
        Whether disease that comes back after a complete response is ``progression`` whatever its
        size, or counts ``as_measured``.
    partial_response_kept
        Whether a sum that no longer is 30 % below baseline, but has not progressed, still is a
        partial response once one was ``assigned`` or ``confirmed`` (EORTC's answer to frequent
        questions), or ``never``.
    persisting_progression
        iRECIST: what new lesions or non-target progression that persist without worsening allow at the
        next time points. ``shrinkage``: stable disease or response if the target sum is smaller than when
        they appeared (the paper's scenarios B and F). ``remains``: neither, as table 2 reads. ``tolerated``:
        both, whenever the target lesions meet them.
    progression_confirmation_days
        irRECIST and iRECIST: progression is confirmed at least this many days later.
    unconfirmed_progression
        irRECIST and iRECIST: whether progression at the end that no later assessment could
        confirm ``counts`` or is ``ignored``.

    Examples
    --------
    >>> ResponseRules().minimum_stable_days
    42
    """

    minimum_stable_days: int = 42
    confirmation_days: int = 28
    not_evaluable_between: int = 1
    stable_between: int = 0
    complete_then_partial: CompleteThenPartial = "progression"
    after_complete: AfterComplete = "progression"
    partial_response_kept: KeptPartialResponse = "never"
    persisting_progression: PersistingProgression = "shrinkage"
    progression_confirmation_days: int = 28
    unconfirmed_progression: UnconfirmedProgression = "counts"
