"""The response of the non-target lesions, which are judged by eye.

RECIST 1.1, section 4.3.3. Complete response needs every lesion gone, or a normal node, and tumour
markers not elevated; progression must be unequivocal.
"""

from collections.abc import Iterable
from datetime import date

from topline.trial.response.assessments import Assessment, NonTargetFinding, State
from topline.trial.response.baseline import Baseline
from topline.trial.response.responses import Call, Response, millimetres
from topline.trial.response.rules import NORMAL_NODE

ALL_NON_TARGETS = "non-target lesions"
"""What stands for the lesions where only the response of all is stated."""


def non_target_response(
    assessment: Assessment,
    baseline: Baseline,
    *,
    complete_since: date | None = None,
    confirmed_later: frozenset[str] = frozenset(),
) -> Call:
    """Judge the non-target lesions at one time point.

    Parameters
    ----------
    assessment
        The time point. Where it says nothing by lesion, its stated response is taken.
    baseline
        The baseline, whose non-target lesions must all be assessed.
    complete_since
        The date of an earlier complete response, after which a lesion that is back is progression; of
        a node only unequivocal progression is (EORTC's answers to frequent questions). ``None`` where
        there was none.
    confirmed_later
        Lesions whose equivocal progression at this time point a later one confirmed: it counts from
        the first.

    Returns
    -------
    Call
        ``NO_DISEASE`` where there were none at baseline; ``NOT_EVALUABLE`` where one was not assessed,
        unless another has progressed.
    """
    if baseline.date is None:
        return Call(Response.NOT_EVALUABLE, "no baseline assessment")
    names = {one.lesion for one in baseline.non_targets}
    if not names:
        return Call(Response.NO_DISEASE, "no non-target lesions at baseline")
    found = {one.lesion: one for one in assessment.non_targets if one.lesion in names}
    if not found and assessment.stated_non_target is not None:
        stated = assessment.stated_non_target
        return Call(stated, "non-target response as the assessor stated it")
    return _judged(found, names, assessment.markers_elevated, complete_since, confirmed_later)


def _judged(
    found: dict[str, NonTargetFinding],
    names: set[str],
    markers_elevated: bool,
    complete_since: date | None,
    confirmed_later: frozenset[str],
) -> Call:
    ordered = [found[name] for name in sorted(found)]
    grown = [_word(one) for one in ordered if one.state is State.UNEQUIVOCAL]
    grown += [
        f"{one.lesion} (equivocal, confirmed later)"
        for one in ordered
        if one.lesion in confirmed_later and one.state is not State.UNEQUIVOCAL
    ]
    if grown:
        return Call(Response.PROGRESSION, f"unequivocal progression of {', '.join(grown)}")
    there = [one for one in ordered if one.state is not State.NOT_ASSESSED and not gone(one)]
    if complete_since is not None:
        back = [one.lesion for one in there if not one.nodal]
        if back:
            listed = ", ".join(back)
            reason = f"back after the complete response of {complete_since}: {listed}"
            return Call(Response.PROGRESSION, reason)
    missing = sorted(names - {one.lesion for one in ordered if one.state is not State.NOT_ASSESSED})
    if missing:
        listed = ", ".join(_why(name, found) for name in missing)
        return Call(Response.NOT_EVALUABLE, f"non-target lesions not assessed: {listed}")
    if there:
        listed = ", ".join(_word(one) for one in there)
        return Call(Response.NEITHER, f"still there, not progressed: {listed}")
    if markers_elevated:
        reason = "all non-target lesions are gone, but tumour markers are elevated"
        return Call(Response.NEITHER, reason)
    return Call(Response.COMPLETE, "all non-target lesions are gone or normal nodes")


def progressed_lesions(
    assessment: Assessment, baseline: Baseline, confirmed_later: frozenset[str]
) -> frozenset[str]:
    """Return the non-target lesions that have progressed unequivocally at a time point.

    Where the assessor stated the response of all, a single name stands for them.
    """
    names = {one.lesion for one in baseline.non_targets}
    found = [one for one in assessment.non_targets if one.lesion in names]
    if names and not found and assessment.stated_non_target is Response.PROGRESSION:
        return frozenset({ALL_NON_TARGETS})
    return frozenset(
        one.lesion
        for one in found
        if one.state is State.UNEQUIVOCAL or one.lesion in confirmed_later
    )


def gone(finding: NonTargetFinding) -> bool:
    """Tell whether a non-target lesion is gone, or a node that is normal.

    Examples
    --------
    >>> from decimal import Decimal
    >>> gone(NonTargetFinding(lesion="NT01", state=State.PRESENT, nodal=True, diameter=Decimal(9)))
    True
    """
    normal = finding.nodal and finding.diameter is not None and finding.diameter < NORMAL_NODE
    return finding.state is State.ABSENT or (normal and finding.state is State.PRESENT)


def turned_out_true(states: Iterable[State | None]) -> bool:
    """Tell whether an equivocal finding turned out to be true at the next assessment that saw the lesion.

    Parameters
    ----------
    states
        What was said of the lesion at the assessments after, in order; ``None`` where nothing was.

    Examples
    --------
    >>> turned_out_true([None, State.EQUIVOCAL, State.UNEQUIVOCAL])
    True
    >>> turned_out_true([State.ABSENT, State.UNEQUIVOCAL])
    False
    """
    for state in states:
        if state is State.UNEQUIVOCAL:
            return True
        if state not in (None, State.NOT_ASSESSED, State.EQUIVOCAL):
            return False
    return False


def _word(finding: NonTargetFinding) -> str:
    if finding.diameter is not None:
        return f"{finding.lesion} {millimetres(finding.diameter)}"
    return finding.lesion


def _why(name: str, found: dict[str, NonTargetFinding]) -> str:
    why = found[name].why if name in found else ""
    return f"{name} ({why})" if why else name
