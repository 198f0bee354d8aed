"""What was seen of a participant's lesions: the input of every response criterion."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from topline.trial.response.responses import Response


class State(StrEnum):
    """What was said of a lesion that is not measured, or beside its measurement.

    Examples
    --------
    >>> State("absent").name
    'ABSENT'
    """

    PRESENT = "present"
    ABSENT = "absent"
    INCREASED = "increased"
    """Larger than at the assessment before, though not unequivocally progressed."""
    EQUIVOCAL = "equivocal"
    """Perhaps progressed, or perhaps a new lesion: the next assessment will tell."""
    UNEQUIVOCAL = "unequivocal"
    """Progressed, or a new lesion, beyond doubt."""
    NOT_ASSESSED = "not assessed"


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetFinding:
    """A target lesion at one assessment.

    Parameters
    ----------
    lesion
        The lesion's name, such as T01.
    diameter
        The longest diameter, of a lymph node the short axis [mm]; 0 for a lesion that is gone;
        ``None`` where it was not measured.
    nodal
        Whether it is a lymph node.
    location
        The organ.
    too_small
        Seen, but too small to measure: counts as 5 mm.
    why
        Why it was not measured.
    stands_for
        The baseline lesions that it is, where that is not the one of its name: the parts of a lesion
        that split each stand for it, and one that others merged into stands for all of these.

    Raises
    ------
    ValueError
        For a negative diameter. Readers refuse one before, with its place.
    """

    lesion: str
    diameter: Decimal | None
    nodal: bool = False
    location: str = ""
    too_small: bool = False
    why: str = ""
    stands_for: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.diameter is not None and self.diameter < 0:
            raise ValueError(f"the diameter of {self.lesion} is negative: {self.diameter}")

    @property
    def originals(self) -> tuple[str, ...]:
        """The baseline lesions that this is."""
        return self.stands_for or (self.lesion,)


@dataclass(frozen=True, slots=True, kw_only=True)
class NonTargetFinding:
    """A non-target lesion at one assessment.

    Parameters
    ----------
    lesion
        The lesion's name.
    state
        What was seen.
    nodal
        Whether it is a lymph node.
    diameter
        The short axis of a node, where it was measured [mm]: below 10 mm it is normal.
    why
        Why it was not assessed.
    """

    lesion: str
    state: State
    nodal: bool = False
    diameter: Decimal | None = None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLesionFinding:
    """A lesion that was not there at baseline.

    Parameters
    ----------
    lesion
        The lesion's name; the same at every assessment.
    state
        ``UNEQUIVOCAL`` or ``PRESENT`` for a new lesion beyond doubt, ``EQUIVOCAL`` for one that may
        be none, ``INCREASED`` for one known before that has grown, ``ABSENT`` for one that is gone.
    diameter
        The longest diameter, of a lymph node the short axis, where it was measured [mm].
    nodal
        Whether it is a lymph node.
    location
        The organ.
    """

    lesion: str
    state: State
    diameter: Decimal | None = None
    nodal: bool = False
    location: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """All that was seen at one time point.

    Parameters
    ----------
    date
        When; where its parts have several dates, the first.
    visit
        The visit's name.
    targets, non_targets, new_lesions
        What was seen of each lesion. A lesion that is left out was not assessed.
    baseline
        Whether the visit is called baseline or screening.
    stated_non_target, stated_new_lesion
        The assessor's own response of these, used where nothing is recorded by lesion.
    markers_elevated
        Whether tumour markers are above normal, which keeps non-target disease from being complete.
    """

    date: date
    visit: str = ""
    targets: tuple[TargetFinding, ...] = ()
    non_targets: tuple[NonTargetFinding, ...] = ()
    new_lesions: tuple[NewLesionFinding, ...] = ()
    baseline: bool = False
    stated_non_target: Response | None = None
    stated_new_lesion: State | None = None
    markers_elevated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedResponse:
    """An overall response that an assessor stated.

    Parameters
    ----------
    date
        The date of the assessment.
    visit
        The visit's name.
    response
        The response.
    """

    date: date
    visit: str
    response: Response


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """A participant's assessments and the dates that matter to their response.

    Parameters
    ----------
    name
        USUBJID.
    assessments
        In any order.
    stated
        Overall responses as stated, in any order; for an evaluation that takes those.
    start
        The date that times count from: randomisation or first treatment.
    treated
        Whether any study treatment was given.
    died
        Date of death.
    new_therapy
        Date on which another anticancer therapy began.
    last_known_alive
        Date last known to be alive; ends the time on study where it is known.
    ongoing
        Whether the participant still is on study.
    """

    name: str
    assessments: tuple[Assessment, ...] = ()
    stated: tuple[StatedResponse, ...] = ()
    start: date | None = None
    treated: bool = True
    died: date | None = None
    new_therapy: date | None = None
    last_known_alive: date | None = None
    ongoing: bool = False
