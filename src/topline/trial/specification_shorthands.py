"""The shorter forms a specification may use; the reader and the JSON Schema both follow them."""

from collections.abc import Mapping

from topline.trial.specification import (
    BaselineMeasure,
    Category,
    MeasureClass,
    Milestone,
    Part,
    Population,
)

BARE: Mapping[type[Part], str] = {
    BaselineMeasure: "measure",
    Population: "where",
}
"""A text where this part is expected gives the field named: ``- age`` is ``- measure: age``."""

TITLED: Mapping[type[Part], Mapping[str, str]] = {
    Category: {"text": "where", "list": "values"},
    MeasureClass: {"text": "where"},
    Milestone: {"text": "where"},
}
"""A list of these parts may be a mapping from title to the field of the value's form:
``categories: {Responder: "AVALC == 'CR'"}``. A title with nothing after it has only its title; one
with a mapping after it has those fields."""
TITLE = "title"
