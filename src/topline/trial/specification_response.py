"""The part of a study specification that says how tumour response is evaluated."""

from typing import Annotated, Literal

from msgspec import Meta

from topline.trial.specification_base import Part

_Variable = Annotated[str, Meta(extra={"kind": "variable"})]
_Dataset = Annotated[str, Meta(extra={"kind": "dataset"})]
_Days = Annotated[int, Meta(ge=0, le=3650)]


class TumourResponse(Part, frozen=True, kw_only=True):
    """How tumour response is evaluated; outcomes then use the datasets RESPONSE and RESPONSE_TIMES."""

    criteria: Annotated[
        Literal["recist1.1", "irrecist-nishino", "irrecist-bohnsack", "irecist"],
        Meta(description="The response criteria."),
    ]
    source: Annotated[
        Literal["measurements", "stated"],
        Meta(description="Whether overall responses are derived from lesions, or as stated."),
    ] = "measurements"
    confirmed: Annotated[
        bool | None,
        Meta(description="Whether the duration of response counts confirmed responses only."),
    ] = None
    evaluator: Annotated[
        Literal["investigator", "independent"], Meta(description="Whose assessments.")
    ] = "investigator"
    measurements: Annotated[
        _Dataset | None, Meta(description="The dataset of lesions; default: TR or ADTR.")
    ] = None
    identification: Annotated[
        _Dataset | None, Meta(description="The dataset that identifies lesions; default: TU.")
    ] = None
    responses: Annotated[
        _Dataset | None, Meta(description="The dataset of stated responses; default: RS or ADRS.")
    ] = None
    participants: Annotated[
        _Dataset, Meta(description="The dataset with the dates of participants.")
    ] = "ADSL"
    start: Annotated[
        _Variable | None,
        Meta(description="Where times count from; default: RANDDT, TRTSDT or RFSTDTC."),
    ] = None
    new_therapy: Annotated[
        _Variable | None, Meta(description="The start of another anticancer therapy.")
    ] = None
    sizes: Annotated[
        Literal["axes", "diameter"],
        Meta(
            description="Whether the longest diameter or, of nodes, the short axis counts, or DIAMETER."
        ),
    ] = "axes"
    partial_dates: Annotated[
        Literal["first", "last"], Meta(description="Which day stands for one that is missing.")
    ] = "last"
    minimum_stable_days: Annotated[
        _Days, Meta(description="Stable disease counts from this many days after the start.")
    ] = 42
    confirmation_days: Annotated[
        _Days, Meta(description="Days until a second response confirms the first.")
    ] = 28
    not_evaluable_between: Annotated[
        _Days, Meta(description="How many time points between the two may be not evaluable.")
    ] = 1
    stable_between: Annotated[
        _Days, Meta(description="How many between two partial responses may be stable disease.")
    ] = 0
    complete_then_partial: Annotated[
        Literal["progression", "partial_response"],
        Meta(description="What a partial response after an unconfirmed complete one means."),
    ] = "progression"
    after_complete: Annotated[
        Literal["progression", "as_measured"],
        Meta(description="What disease that is back after a complete response is."),
    ] = "progression"
    partial_response_kept: Annotated[
        Literal["never", "assigned", "confirmed"],
        Meta(description="From when on a partial response is kept while there is no progression."),
    ] = "never"
    persisting_progression: Annotated[
        Literal["shrinkage", "remains", "tolerated"],
        Meta(description="iRECIST: what progression that persists without worsening allows."),
    ] = "shrinkage"
    progression_confirmation_days: Annotated[
        _Days, Meta(description="irRECIST, iRECIST: days until progression is confirmed.")
    ] = 28
    unconfirmed_progression: Annotated[
        Literal["counts", "ignored"],
        Meta(description="irRECIST, iRECIST: what progression is that nothing could confirm."),
    ] = "counts"
    censoring: Annotated[Literal["ema", "fda"], Meta(description="The set of censoring rules.")] = (
        "ema"
    )
    after_new_therapy: Annotated[
        Literal["censor", "event", "ignore"] | None,
        Meta(description="What another therapy before the event does; default: as `censoring`."),
    ] = None
    missed_assessments: Annotated[
        Literal["censor", "ignore"] | None,
        Meta(description="What too long a time without assessment does; default: as `censoring`."),
    ] = None
    longest_gap_days: Annotated[
        _Days | None, Meta(description="What is too long; default: as `censoring`.")
    ] = None
    time_unit: Annotated[
        Literal["days", "weeks", "months"], Meta(description="The unit of times.")
    ] = "days"
