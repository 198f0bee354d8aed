"""The response of the target lesions: sums, nadir, thresholds.

Eisenhauer et al., European Journal of Cancer 45 (2009) 228–247, doi:10.1016/j.ejca.2008.10.026, section 4.3.
Complete response is asked for first, then progression, then partial response: 55 mm after 100 mm at
baseline and a nadir of 40 mm is progression, though 45 % below baseline.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from topline.trial.response.assessments import TargetFinding
from topline.trial.response.baseline import Baseline, size
from topline.trial.response.responses import Response, TargetCall, millimetres, percent, percentage
from topline.trial.response.rules import (
    NORMAL_NODE,
    PROGRESSION_INCREASE,
    PROGRESSION_SHARE,
    RESPONSE_SHARE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """The sum of diameters at one time point.

    Parameters
    ----------
    date
        When.
    total
        The sum of what was measured [mm]; ``None`` where nothing was.
    missing
        The baseline lesions that were not measured, each with the reason where one is known.
    seen
        The lesions that are still there: nodes of 10 mm or more, others of more than 0 mm.
    remarks
        What is special about it: parts of a lesion that split, lesions that merged, lesions too
        small to measure.
    """

    date: date
    total: Decimal | None
    missing: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether every lesion was measured."""
        return self.total is not None and not self.missing


def sum_of_diameters(findings: Sequence[TargetFinding], baseline: Baseline, when: date) -> Sum:
    """Add the diameters of the target lesions, of lymph nodes the short axes.

    A lesion too small to measure adds 5 mm; the parts of a lesion that split add up; lesions that merged add the one
    diameter they have together. A lesion that was no target at baseline adds nothing and is said.

    Parameters
    ----------
    findings
        The target lesions at the time point.
    baseline
        The lesions at baseline, which must all be there for a complete sum.
    when
        The date.

    Examples
    --------
    >>> at_baseline = Baseline(targets=(TargetFinding(lesion="T01", diameter=Decimal(30)),))
    >>> halves = [TargetFinding(lesion=name, diameter=Decimal(8), stands_for=("T01",)) for name in ("T01.1", "T01.2")]
    >>> found = sum_of_diameters(halves, at_baseline, date(2021, 3, 2))
    >>> found.total, found.remarks
    (Decimal('16'), ('T01 split into T01.1 and T01.2',))
    """
    known = baseline.by_lesion
    ours = [one for one in findings if all(original in known for original in one.originals)]
    others = sorted(one.lesion for one in findings if one not in ours)
    ours.sort(key=lambda one: one.lesion)
    measured = [(one, length) for one in ours if (length := size(one)) is not None]
    there = {original for one, _ in measured for original in one.originals}
    return Sum(
        date=when,
        total=sum((length for _, length in measured), Decimal(0)) if measured else None,
        missing=tuple(_missing(lesion, ours) for lesion in sorted(known) if lesion not in there),
        seen=tuple(
            f"{one.lesion} {millimetres(length)}" for one, length in measured if _seen(one, length)
        ),
        remarks=(
            *(f"{name} was no target lesion at baseline: not added" for name in others),
            *_remarks(ours),
        ),
    )


def _seen(finding: TargetFinding, length: Decimal) -> bool:
    return length >= NORMAL_NODE if finding.nodal else length > 0


def _missing(lesion: str, findings: Iterable[TargetFinding]) -> str:
    whys = [one.why for one in findings if lesion in one.originals and one.why]
    return f"{lesion} ({whys[0]})" if whys else lesion


def _remarks(findings: Sequence[TargetFinding]) -> Iterable[str]:
    parts: dict[str, list[str]] = {}
    for one in findings:
        if len(one.originals) > 1:
            yield f"{' and '.join(one.originals)} merged into {one.lesion}"
        elif one.originals[0] != one.lesion:
            parts.setdefault(one.originals[0], []).append(one.lesion)
        if one.diameter is None and one.too_small:
            yield f"{one.lesion} is too small to measure: counts as 5 mm"
    for lesion, names in parts.items():
        yield f"{lesion} split into {' and '.join(names)}"


def nadir_of(sums: Iterable[Sum], baseline: Baseline) -> tuple[Decimal, date] | None:
    """Return the smallest complete sum so far and its date: that of baseline, or of an earlier time point.

    Parameters
    ----------
    sums
        The sums before the time point that is judged.
    baseline
        The baseline.

    Returns
    -------
    tuple or None
        ``None`` without a sum at baseline. Of equal sums the first.
    """
    if baseline.total is None or baseline.date is None:
        return None
    smallest, when = baseline.total, baseline.date
    for one in sums:
        if one.complete and one.total is not None and one.total < smallest:
            smallest, when = one.total, one.date
    return smallest, when


def progressed(total: Decimal, nadir: Decimal) -> bool:
    """Tell whether a sum is at least 20 % and at least 5 mm above nadir.

    From a nadir of zero there is no percentage; the 5 mm decide.

    Examples
    --------
    >>> progressed(Decimal(48), Decimal(40)), progressed(Decimal(12), Decimal(10))
    (True, False)
    """
    return total >= PROGRESSION_SHARE * nadir and total - nadir >= PROGRESSION_INCREASE


def target_response(
    found: Sum,
    before: Sequence[Sum],
    baseline: Baseline,
    *,
    complete_since: date | None = None,
    kept_since: date | None = None,
    noun: str = "sum",
) -> TargetCall:
    """Judge the target lesions at one time point.

    Parameters
    ----------
    found
        The sum at the time point.
    before
        The sums at earlier time points, for the nadir.
    baseline
        The baseline.
    complete_since
        The date of an earlier complete response, after which any lesion that is back is progression;
        ``None`` where there was none or the rules let sizes decide.
    kept_since
        The date of an earlier partial response that is kept while there is no progression; ``None``
        where the rules keep none.
    noun
        What is added up, in the reason.

    Returns
    -------
    TargetCall
        ``NO_DISEASE`` without target lesions; ``NOT_EVALUABLE`` where a lesion was not measured, unless
        what was measured has progressed already.
    """
    if baseline.date is None:
        return TargetCall(response=Response.NOT_EVALUABLE, reason="no baseline assessment")
    if not baseline.targets:
        return TargetCall(response=Response.NO_DISEASE, reason="no target lesions at baseline")
    nadir = nadir_of(before, baseline)
    response, reason = _judged(found, nadir, baseline, complete_since, kept_since, noun)
    return TargetCall(
        response=response,
        reason=f"{reason} ({'; '.join(found.remarks)})" if found.remarks else reason,
        total=found.total,
        complete=found.complete,
        baseline=baseline.total,
        nadir=nadir[0] if nadir else None,
        nadir_date=nadir[1] if nadir else None,
    )


def _judged(
    found: Sum,
    nadir: tuple[Decimal, date] | None,
    baseline: Baseline,
    complete_since: date | None,
    kept_since: date | None,
    noun: str,
) -> tuple[Response, str]:
    if found.total is None:
        return Response.NOT_EVALUABLE, f"no target lesion was measured{_of(found.missing)}"
    if nadir is None or baseline.total is None:
        return Response.NOT_EVALUABLE, f"{noun} {millimetres(found.total)}, but none at baseline"
    if found.complete and not found.seen:
        return Response.COMPLETE, _gone(found, noun)
    compared = _increase(found.total, nadir, noun)
    if complete_since is not None and found.seen:
        back = ", ".join(found.seen)
        return (
            Response.PROGRESSION,
            f"back after the complete response of {complete_since}: {back}; {compared}",
        )
    if progressed(found.total, nadir[0]):
        partly = f", even without {', '.join(found.missing)}" if found.missing else ""
        return Response.PROGRESSION, f"{compared}{partly}"
    if not found.complete:
        return (
            Response.NOT_EVALUABLE,
            f"not measured: {', '.join(found.missing)}; what was measured is no progression "
            f"({compared})",
        )
    return _below_progression(found.total, baseline, compared, kept_since, noun)


def _below_progression(
    total: Decimal, baseline: Baseline, compared: str, kept_since: date | None, noun: str
) -> tuple[Response, str]:
    reference = baseline.total or Decimal(0)
    decrease = percentage(reference - total, reference) or Decimal(0)
    side = "below" if decrease >= 0 else "above"
    against = (
        f"{noun} {millimetres(total)} is {percent(abs(decrease))} {side} baseline "
        f"{millimetres(reference)}"
    )
    if total <= RESPONSE_SHARE * reference:
        return Response.PARTIAL, against
    if kept_since is not None:
        return (
            Response.PARTIAL,
            f"{against}, no longer 30 %, but no progression since the partial response of "
            f"{kept_since}",
        )
    return Response.STABLE, f"{against}, less than 30 %; {compared}" if decrease > 0 else compared


def _of(missing: Sequence[str]) -> str:
    return f" of {', '.join(missing)}" if missing else ""


def _gone(found: Sum, noun: str) -> str:
    if found.total == 0:
        return f"all target lesions are gone ({noun} 0 mm)"
    return (
        f"all target lesions are gone or normal nodes below 10 mm ({noun} "
        f"{millimetres(found.total or Decimal(0))})"
    )


def _increase(total: Decimal, nadir: tuple[Decimal, date], noun: str) -> str:
    """Compare a sum with nadir in words."""
    smallest, when = nadir
    difference = total - smallest
    side = "above" if difference >= 0 else "below"
    share = percentage(abs(difference), smallest)
    if difference == 0:
        return f"{noun} {millimetres(total)} equals nadir of {when}"
    amount = millimetres(abs(difference))
    relative = amount if share is None else f"{percent(share)} and {amount}"
    return (
        f"{noun} {millimetres(total)} is {relative} {side} nadir {millimetres(smallest)} of {when}"
    )
