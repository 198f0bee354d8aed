"""The overall response at a time point: the table's line, and the reason in words."""

from collections.abc import Mapping

from topline.trial.response.combination_tables import CombinationTable, New
from topline.trial.response.responses import Call, NewLesionCall, Response, TargetCall

Words = Mapping[Response, str]
"""What one of the criteria calls each response: iCR for CR under iRECIST."""


def overall_call(
    target: TargetCall,
    non_target: Call,
    new_lesions: NewLesionCall,
    new: New,
    tables: tuple[CombinationTable, CombinationTable],
    words: Words,
) -> Call:
    """Combine the three kinds of lesions by the table that is for them.

    Parameters
    ----------
    target, non_target, new_lesions
        The response of each.
    new
        What the table asks of new lesions.
    tables
        The tables for target disease, and for non-target disease only.
    words
        What the criteria call the responses.

    Returns
    -------
    Call
        With the decisive reasons first: for progression those of what has progressed, else of all.
    """
    with_targets, without = tables
    table = without if target.response is Response.NO_DISEASE else with_targets
    line = table.line(target.response, non_target.response, new)
    if line.overall in (Response.PROGRESSION, Response.UNCONFIRMED):
        return Call(line.overall, "; ".join(worse(target, non_target, new_lesions, new)))
    parts = [
        f"{kind} {words[one.response]} ({one.reason})"
        for kind, one in (("target", target), ("non-target", non_target))
        if one.response is not Response.NO_DISEASE
    ]
    parts = parts or ["no disease at baseline"]
    return Call(line.overall, ", ".join([*parts, new_lesions.reason]))


def worse(
    target: TargetCall, non_target: Call, new_lesions: NewLesionCall, new: New
) -> tuple[str, ...]:
    """Return the reasons of what has progressed."""
    return tuple(
        reason
        for progressed, reason in (
            (target.response is Response.PROGRESSION, target.reason),
            (non_target.response is Response.PROGRESSION, non_target.reason),
            (new is not New.NO, new_lesions.reason),
        )
        if progressed
    )
