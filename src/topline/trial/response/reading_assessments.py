"""Records of lesions as assessments: which belong to one time point, and what each says of its lesion."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from topline.trial.response.assessments import (
    Assessment,
    NewLesionFinding,
    NonTargetFinding,
    State,
    TargetFinding,
)
from topline.trial.response.reading_records import Identified, LesionRecord
from topline.trial.response.reading_sources import Sizes
from topline.trial.response.reading_words import (
    COLLECTED,
    LONGEST_DIAMETERS,
    SHORT_AXES,
    STATE_TESTS,
)
from topline.trial.response.responses import millimetres

_BASELINE_VISITS = ("BASELINE", "SCREEN")


@dataclass(slots=True)
class _Group:
    """The records of one time point."""

    records: list[LesionRecord] = field(default_factory=list)
    said: dict[tuple[str, str], LesionRecord] = field(default_factory=dict)

    def takes(self, record: LesionRecord) -> bool:
        """Tell whether a record belongs here: the same lesion is not measured twice on two days."""
        before = self.said.get((record.lesion, record.test))
        return before is None or before.date == record.date

    def add(self, record: LesionRecord) -> None:
        self.records.append(record)
        self.said.setdefault((record.lesion, record.test), record)


def assessments(
    records: Sequence[LesionRecord],
    identified: Mapping[tuple[str, str], Identified],
    sizes: Sizes = "axes",
) -> tuple[Assessment, ...]:
    """Return the assessments of one participant, by date.

    The records of a visit are one time point, also where target and non-target lesions were seen on different days; it
    has the first of their dates that is complete. Where one lesion was seen on two days of a visit (unscheduled visits
    of one name), these are two.

    Parameters
    ----------
    records
        The participant's records.
    identified
        What the lesions are.
    sizes
        Which record of a lesion's size counts.
    """
    visits: dict[str, list[_Group]] = {}
    for record in sorted(records, key=lambda one: one.date):
        name = record.visit or record.date.isoformat()
        groups = visits.setdefault(name, [])
        chosen = next((group for group in groups if group.takes(record)), None)
        if chosen is None:
            chosen = _Group()
            groups.append(chosen)
        chosen.add(record)
    found = [
        _assessment(group.records, identified, sizes)
        for groups in visits.values()
        for group in groups
    ]
    return tuple(sorted(found, key=lambda one: (one.date, one.visit)))


def _assessment(
    records: Sequence[LesionRecord],
    identified: Mapping[tuple[str, str], Identified],
    sizes: Sizes = "axes",
) -> Assessment:
    lesions: dict[tuple[str, str], list[LesionRecord]] = {}
    for one in records:
        lesions.setdefault((one.group, one.lesion), []).append(one)
    whole = [one.date for one in records if not one.partial]
    visit = records[0].visit
    keys = {key: identified[records[0].participant, key[1]] for key in sorted(lesions)}
    targets = [
        _target(key[1], lesions[key], identified, sizes) for key in keys if key[0] == "TARGET"
    ]
    others = [
        _other(key[1], lesions[key], keys[key], sizes) for key in keys if key[0] == "NON-TARGET"
    ]
    new = [_new(key[1], lesions[key], keys[key], sizes) for key in keys if key[0] == "NEW"]
    return Assessment(
        date=min(whole or [one.date for one in records]),
        visit=visit,
        targets=tuple(targets),
        non_targets=tuple(others),
        new_lesions=tuple(new),
        baseline=visit.upper().startswith(_BASELINE_VISITS),
    )


def _target(
    lesion: str,
    records: Sequence[LesionRecord],
    identified: Mapping[tuple[str, str], Identified],
    sizes: Sizes,
) -> TargetFinding:
    participant = records[0].participant
    known = identified[participant, lesion]
    value, why = _size(records, known, sizes)
    state = _state(records)
    if value is None and state is State.ABSENT:
        value = Decimal(0)
    originals = _originals(lesion)
    changed = originals != (lesion,) and all((participant, one) in identified for one in originals)
    return TargetFinding(
        lesion=lesion,
        diameter=value,
        nodal=known.nodal,
        location=known.location,
        too_small=value is None and any(one.too_small for one in records),
        why=why if value is None else "",
        stands_for=originals if changed else (),
    )


def _originals(lesion: str) -> tuple[str, ...]:
    """Return the lesions that one comes from by its name: T04 for T04.1, T01 and T02 for T01/T02.

    A lesion is the part of another, or several merged, only where those are lesions of the participant too.
    """
    return tuple(part.partition(".")[0] for part in lesion.split("/"))


def _other(
    lesion: str, records: Sequence[LesionRecord], known: Identified, sizes: Sizes
) -> NonTargetFinding:
    value, why = _size(records, known, sizes)
    state = _state(records)
    if state is None:
        state = State.NOT_ASSESSED if value is None else State.PRESENT
        state = State.ABSENT if value == 0 else state
    return NonTargetFinding(
        lesion=lesion,
        state=state,
        nodal=known.nodal,
        diameter=value if known.nodal else None,
        why=next((one.why for one in records if one.why), why),
    )


def _new(
    lesion: str, records: Sequence[LesionRecord], known: Identified, sizes: Sizes
) -> NewLesionFinding:
    value, _ = _size(records, known, sizes)
    state = _state(records) or State.PRESENT
    return NewLesionFinding(
        lesion=lesion,
        state=State.ABSENT if value == 0 else state,
        diameter=value,
        nodal=known.nodal,
        location=known.location,
    )


def _size(
    records: Sequence[LesionRecord], known: Identified, sizes: Sizes
) -> tuple[Decimal | None, str]:
    """Return the size that counts, or why there is none.

    Records of one test that disagree give none: no one can tell which is right.
    """
    axes = SHORT_AXES if known.nodal else LONGEST_DIAMETERS
    # Of a lesion without a location nobody can tell which axis counts; what was collected says it.
    first = sizes == "diameter" or not known.location
    tests = (COLLECTED, *axes) if first else (*axes, COLLECTED)
    for test in tests:
        values = {one.value for one in records if one.test == test and one.value is not None}
        if len(values) > 1:
            listed = " and ".join(millimetres(value) for value in sorted(values))
            return None, f"recorded as {listed}"
        if values:
            return values.pop(), ""
    return None, next((one.why for one in records if one.why), "")


def _state(records: Iterable[LesionRecord]) -> State | None:
    """Return what was said of a lesion; of several the gravest, after what was seen rather than identified."""
    said = [one.state for one in records if one.test in STATE_TESTS and one.state is not None]
    if said:
        return max(said, key=_GRAVITY.index)
    return next((one.state for one in records if one.state is not None), None)


_GRAVITY = (
    State.NOT_ASSESSED,
    State.ABSENT,
    State.PRESENT,
    State.EQUIVOCAL,
    State.INCREASED,
    State.UNEQUIVOCAL,
)
