"""What every part of a study specification is made of: kinds of texts, and the base of the parts."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

Condition = Annotated[
    str,
    Meta(
        description="A condition over dataset variables, such as PARAMCD == 'OS' and ITTFL == 'Y'.",
        extra={"kind": "condition"},
    ),
]
Variable = Annotated[
    str,
    Meta(description="The name of a dataset variable.", extra={"kind": "variable"}),
]
DatasetName = Annotated[
    str, Meta(description="The name of a dataset, such as ADTTE.", extra={"kind": "dataset"})
]
PopulationName = Annotated[
    str,
    Meta(
        description="A population: one of `populations`, or ITT, SAFETY, RANDOMIZED, EFFICACY, "
        "PER PROTOCOL, ENROLLED or ALL.",
        extra={"kind": "population"},
    ),
]
GroupName = Annotated[str, Meta(description="A key of `groups`.", extra={"kind": "group"})]
PartialDate = Annotated[
    str,
    Meta(
        description="A date as YYYY, YYYY-MM or YYYY-MM-DD.",
        pattern=r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$",
        extra={"kind": "partial_date"},
    ),
]
Decimals = Annotated[int, Meta(ge=0, le=12, description="Decimal places posted.")]
Method = Mapping[str, Any]
"""A method and its options: ``{method: NAME, option: value}``; a bare string names the method."""


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The base of every part of a specification."""
