"""The pictures of tumour response: all of a trial, and where they stand among the outcomes of a build."""

from dataclasses import replace

from topline.analysis.build import Build
from topline.render.figure import Figure
from topline.render.spider_chart import spider_chart
from topline.render.swimmer_chart import swimmer_chart
from topline.render.waterfall_chart import waterfall_chart
from topline.trial.response.derived_datasets import DERIVED, RESPONSE_TIMES
from topline.trial.response.trial_response import TrialResponse

_MEASURES = "/resultsSection/outcomeMeasuresModule/outcomeMeasures/"


def response_figures(trial: TrialResponse) -> tuple[Figure, ...]:
    """Return the pictures of a trial's response: waterfall, spider and swimmer, those that show anything."""
    drawn = (waterfall_chart(trial), spider_chart(trial), swimmer_chart(trial))
    return tuple(figure for figure in drawn if figure is not None)


def placed_response_figures(built: Build) -> tuple[Figure, ...]:
    """Return the pictures at the first outcome that is of responses; the swimmer at the first of their times.

    None where the build evaluated no response, or no outcome uses it: what the record does not post is not shown.
    """
    if built.response is None:
        return ()
    first = {name: _first_measure(built, name) for name in DERIVED}
    placed = []
    for figure in response_figures(built.response):
        own = first[RESPONSE_TIMES] if figure.name == "swimmer" else None
        address = own or next((one for one in first.values() if one is not None), None)
        if address is not None:
            placed.append(replace(figure, address=address))
    return tuple(placed)


def _first_measure(built: Build, dataset: str) -> str | None:
    """Give the address of the first outcome measure with a number counted in a dataset."""
    for row in built.statistics:
        if row.dataset == dataset and row.address.startswith(_MEASURES):
            place = row.address.removeprefix(_MEASURES).partition("/")[0]
            return f"{_MEASURES}{place}"
    return None
