"""Who is counted in a response rate.

RECIST 1.1, section 4.6: all participants are accounted for, and conclusions rest on all who were eligible; a set of
evaluable ones is secondary.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from topline.trial.response.assessments import Participant
from topline.trial.response.baseline import Baseline
from topline.trial.response.responses import Response, TimePoint

POPULATIONS = ("all", "measurable", "evaluable")
"""Everyone; those with measurable disease at baseline; of these, those whose response can be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluability:
    """Whether a participant belongs to the populations of a response rate.

    Parameters
    ----------
    measurable
        Whether there was a target lesion at baseline.
    evaluable
        Whether the participant was treated, had measurable disease at baseline, and has an evaluable
        assessment after it, or died or progressed before the first.
    reason
        Why evaluable or not.
    """

    measurable: bool
    evaluable: bool
    reason: str

    def belongs(self, population: str) -> bool:
        """Tell whether the participant is in one of :data:`POPULATIONS`."""
        return {"all": True, "measurable": self.measurable, "evaluable": self.evaluable}[population]


def evaluability(
    participant: Participant, baseline: Baseline, points: Sequence[TimePoint]
) -> Evaluability:
    """Judge whether a participant is evaluable for response.

    A death before any assessment counts: the participant is evaluable, and no responder.
    """
    measurable = baseline.total is not None
    seen = next((one for one in points if one.overall.response is not Response.NOT_EVALUABLE), None)
    if not participant.treated:
        return Evaluability(measurable=measurable, evaluable=False, reason="not treated")
    if not measurable:
        reason = "no measurable disease at baseline"
        return Evaluability(measurable=False, evaluable=False, reason=reason)
    if seen is not None:
        reason = f"evaluable assessment on {seen.date}"
        return Evaluability(measurable=True, evaluable=True, reason=reason)
    if participant.died is not None:
        reason = f"died on {participant.died} before an evaluable assessment"
        return Evaluability(measurable=True, evaluable=True, reason=reason)
    reason = "no evaluable assessment after baseline"
    return Evaluability(measurable=True, evaluable=False, reason=reason)
