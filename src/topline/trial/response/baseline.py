"""Which assessment is the baseline, and what of it a guideline would not have chosen."""

import datetime
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from topline.trial.response.assessments import (
    Assessment,
    NonTargetFinding,
    Participant,
    State,
    TargetFinding,
)
from topline.trial.response.responses import millimetres
from topline.trial.response.rules import (
    MEASURABLE,
    MEASURABLE_NODE,
    MOST_TARGETS,
    MOST_TARGETS_PER_ORGAN,
    TOO_SMALL,
)

OLDEST_DAYS = 28
"""RECIST 1.1: baseline as close as possible to the start of treatment, never more than 4 weeks before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """The lesions at baseline, and what comes after it.

    Parameters
    ----------
    date
        The date of the baseline assessment; ``None`` where there is none.
    targets, non_targets
        The lesions.
    later
        The assessments after it, by date.
    notes
        What of it the guideline would not have chosen, or what had to be assumed.

    Attributes
    ----------
    total
        The sum of diameters [mm]; ``None`` without targets, or where one was not measured.
    by_lesion
        The targets by the name of the lesion.
    """

    date: datetime.date | None = None
    targets: tuple[TargetFinding, ...] = ()
    non_targets: tuple[NonTargetFinding, ...] = ()
    later: tuple[Assessment, ...] = ()
    notes: tuple[str, ...] = ()
    total: Decimal | None = field(init=False, compare=False)
    by_lesion: dict[str, TargetFinding] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        sizes = [size(one) for one in self.targets]
        known = [one for one in sizes if one is not None]
        complete = bool(known) and len(known) == len(sizes)
        object.__setattr__(self, "total", sum(known, Decimal(0)) if complete else None)
        found = {original: one for one in self.targets for original in one.originals}
        object.__setattr__(self, "by_lesion", found)


def size(finding: TargetFinding) -> Decimal | None:
    """Return what a target lesion adds to the sum [mm]: its diameter, 5 mm if too small to measure.

    Examples
    --------
    >>> size(TargetFinding(lesion="T01", diameter=None, too_small=True))
    Decimal('5')
    """
    if finding.diameter is None and finding.too_small:
        return TOO_SMALL
    return finding.diameter


def baseline(participant: Participant) -> Baseline:
    """Find a participant's baseline: the last assessment of lesions on or before the start.

    Where all lie after the start, or there is no start, the last one of a visit called baseline or screening is
    taken, with a note. Target and non-target lesions may have been assessed at different visits.

    Parameters
    ----------
    participant
        The participant.

    Returns
    -------
    Baseline
        Without a date where nothing could serve; then every assessment counts as later.
    """
    ordered = sorted(participant.assessments, key=lambda one: one.date)
    start = participant.start
    notes: list[str] = []
    before = [one for one in ordered if start is not None and one.date <= start]
    if not any(one.targets or one.non_targets for one in before):
        named = [one for one in ordered if one.baseline and one not in before]
        if named:
            when = "there is no date of start" if start is None else f"is after the start {start}"
            notes.append(f"the baseline assessment of {named[-1].date}: {when}")
        before += named
    later = tuple(one for one in ordered if one not in before)
    at_targets = _last(one for one in before if one.targets)
    at_others = _last(one for one in before if _present(one.non_targets))
    of_targets = at_targets.targets if at_targets is not None else ()
    of_others = _present(at_others.non_targets) if at_others is not None else ()
    when_first = at_targets or at_others or _last(before)
    if when_first is None:
        return Baseline(later=later, notes=("there is no baseline assessment",))
    if start is not None and (start - when_first.date).days > OLDEST_DAYS:
        days = (start - when_first.date).days
        notes.append(f"the baseline assessment is {days} days before the start, more than 4 weeks")
    notes += _judged(of_targets)
    return Baseline(
        date=when_first.date,
        targets=of_targets,
        non_targets=of_others,
        later=later,
        notes=tuple(notes),
    )


def _last(assessments: Iterable[Assessment]) -> Assessment | None:
    found = list(assessments)
    return found[-1] if found else None


def _present(findings: Iterable[NonTargetFinding]) -> tuple[NonTargetFinding, ...]:
    return tuple(one for one in findings if one.state is not State.ABSENT)


def _judged(targets: Sequence[TargetFinding]) -> Iterable[str]:
    """Say what of the target lesions RECIST 1.1 would not have chosen; they are used all the same."""
    if len(targets) > MOST_TARGETS:
        yield f"{len(targets)} target lesions, more than {MOST_TARGETS}"
    organs = Counter(one.location.upper() for one in targets if one.location)
    for organ, number in sorted(organs.items()):
        if number > MOST_TARGETS_PER_ORGAN:
            yield f"{number} target lesions in {organ}, more than {MOST_TARGETS_PER_ORGAN}"
    for one in sorted(targets, key=lambda finding: finding.lesion):
        measured = size(one)
        least = MEASURABLE_NODE if one.nodal else MEASURABLE
        if measured is None:
            yield f"target lesion {one.lesion} was not measured at baseline"
        elif measured < least:
            kind = "short axis" if one.nodal else "diameter"
            yield (
                f"target lesion {one.lesion}: {kind} {millimetres(measured)} at baseline is below "
                f"{millimetres(least)}, not measurable"
            )
