"""New lesions: which are beyond doubt, and which of them are measurable.

RECIST 1.1, section 4.3.5: an equivocal new lesion does not count until a later scan confirms it, and then from the
scan on which it was first seen.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from topline.trial.response.assessments import (
    Assessment,
    NewLesionFinding,
    NonTargetFinding,
    State,
)
from topline.trial.response.non_target_lesions import turned_out_true
from topline.trial.response.responses import NewLesionCall, millimetres
from topline.trial.response.rules import (
    MEASURABLE,
    MEASURABLE_NODE,
    MOST_TARGETS,
    MOST_TARGETS_PER_ORGAN,
    NORMAL_NODE,
)

_DOUBTLESS = (State.UNEQUIVOCAL, State.PRESENT, State.INCREASED)


@dataclass(frozen=True, slots=True)
class Sightings:
    """The new lesions of all time points, so that what was equivocal can be judged by what came after.

    Parameters
    ----------
    assessments
        The assessments after baseline, by date.
    """

    assessments: Sequence[Assessment]

    def doubtless(self, place: int) -> tuple[NewLesionFinding, ...]:
        """Return the new lesions of a time point that are there beyond doubt, by name."""
        return tuple(
            one
            for one in sorted(self.assessments[place].new_lesions, key=lambda found: found.lesion)
            if one.state in _DOUBTLESS or self._confirmed(one, place)
        )

    def there(self, place: int) -> tuple[str, ...]:
        """Return the new lesions that are there at a time point, those included that it says nothing of.

        A lesion is gone only where it is said to be absent, or measured as a normal node.
        """
        known = {one.lesion for earlier in range(place + 1) for one in self.doubtless(earlier)}
        return tuple(name for name in sorted(known) if not self._gone(name, place))

    def _gone(self, lesion: str, place: int) -> bool:
        for assessment in reversed(self.assessments[: place + 1]):
            for one in assessment.new_lesions:
                if one.lesion == lesion:
                    normal = one.nodal and one.diameter is not None and one.diameter < NORMAL_NODE
                    return one.state is State.ABSENT or one.diameter == 0 or normal
        return False

    def non_targets_confirmed(self, place: int) -> frozenset[str]:
        """Return the non-target lesions whose equivocal progression at a time point was confirmed later."""
        return frozenset(
            one.lesion
            for one in self.assessments[place].non_targets
            if one.state is State.EQUIVOCAL
            and turned_out_true(
                _state_of(one.lesion, later.non_targets) for later in self.assessments[place + 1 :]
            )
        )

    def _confirmed(self, finding: NewLesionFinding, place: int) -> bool:
        return finding.state is State.EQUIVOCAL and turned_out_true(
            State.UNEQUIVOCAL if state in _DOUBTLESS else state
            for later in self.assessments[place + 1 :]
            for state in [_state_of(finding.lesion, later.new_lesions)]
        )


def _state_of(
    lesion: str, findings: Sequence[NewLesionFinding] | Sequence[NonTargetFinding]
) -> State | None:
    return next((one.state for one in findings if one.lesion == lesion), None)


def new_lesion_call(sightings: Sightings, place: int) -> NewLesionCall:
    """Say whether a time point shows a new lesion.

    Parameters
    ----------
    sightings
        All time points.
    place
        Which of them.
    """
    assessment = sightings.assessments[place]
    found = sightings.doubtless(place)
    if found:
        said = ", ".join(_described(one) for one in found)
        plural = "s" if len(found) > 1 else ""
        return NewLesionCall(
            present=True, reason=f"new lesion{plural} {said}", total=measured_total(found)
        )
    doubtful = sorted(one.lesion for one in assessment.new_lesions if one.state is State.EQUIVOCAL)
    if doubtful:
        return NewLesionCall(
            present=False, reason=f"{', '.join(doubtful)} equivocal, not confirmed later"
        )
    if assessment.stated_new_lesion is not None and not assessment.new_lesions:
        present = assessment.stated_new_lesion in _DOUBTLESS
        words = "new lesion" if present else f"new lesion {assessment.stated_new_lesion}"
        return NewLesionCall(present=present, reason=f"{words}, as the assessor stated it")
    return NewLesionCall(present=False, reason="no new lesion")


def _described(finding: NewLesionFinding) -> str:
    size = f" {millimetres(finding.diameter)}" if finding.diameter is not None else ""
    doubt = ", equivocal here and confirmed later" if finding.state is State.EQUIVOCAL else ""
    return f"{finding.lesion}{size}{doubt}"


def measured_total(findings: Iterable[NewLesionFinding]) -> Decimal | None:
    """Return the sum of diameters of the findings that have one [mm]; ``None`` where none has."""
    lengths = [one.diameter for one in findings if one.diameter is not None]
    return sum(lengths, Decimal(0)) if lengths else None


def followed_total(assessment: Assessment, followed: Iterable[str]) -> Decimal | None:
    """Return the sum of the new lesions followed by size [mm]; ``None`` where one was not measured.

    A lesion said to be absent counts 0 mm.
    """
    found = {one.lesion: one for one in assessment.new_lesions}
    lengths = [followed_length(found.get(name)) for name in followed]
    known = [length for length in lengths if length is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(lengths) else None


def followed_length(finding: NewLesionFinding | None) -> Decimal | None:
    """Return what a new lesion followed by size adds [mm]: 0 where it is absent."""
    if finding is None:
        return None
    return Decimal(0) if finding.state is State.ABSENT else finding.diameter


def measurable(finding: NewLesionFinding) -> bool:
    """Tell whether a new lesion is large enough to be measured, as target lesions are.

    Examples
    --------
    >>> measurable(NewLesionFinding(lesion="NEW01", state=State.PRESENT, diameter=Decimal(12), nodal=True))
    False
    """
    if finding.diameter is None:
        return False
    return finding.diameter >= (MEASURABLE_NODE if finding.nodal else MEASURABLE)


def measurable_lesions(sightings: Sightings, places: int) -> tuple[str, ...]:
    """Choose the new lesions that are followed by size: at most five, and two in an organ.

    A lesion is chosen at the first time point at which it is measurable; of several at once the largest first,
    and lesions of one size by name, so that the order of records does not matter.

    Parameters
    ----------
    sightings
        All time points.
    places
        How many time points from the first have been seen.

    Returns
    -------
    tuple of str
        The names, in the order in which they were chosen.
    """
    names: list[str] = []
    organs: list[str] = []
    for place in range(places):
        candidates = [one for one in sightings.doubtless(place) if measurable(one)]
        candidates.sort(key=lambda one: (-(one.diameter or Decimal(0)), one.lesion))
        for one in candidates:
            organ = one.location.upper()
            full = bool(organ) and organs.count(organ) >= MOST_TARGETS_PER_ORGAN
            if one.lesion not in names and len(names) < MOST_TARGETS and not full:
                names.append(one.lesion)
                organs.append(organ)
    return tuple(names)
