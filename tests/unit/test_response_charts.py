"""Waterfall, spider and swimmer plots: what is drawn, what is said, and that it is the same for every run."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random
from xml.etree import ElementTree

import pytest
from tests.unit.response_timelines import START, Size, evaluated, participant, seen

from topline.render.figure import Figure
from topline.render.response_figures import response_figures
from topline.render.response_marks import time_scale
from topline.render.spider_chart import spider_chart
from topline.render.swimmer_chart import swimmer_chart
from topline.render.waterfall_chart import waterfall_chart
from topline.trial.response.evaluation import Evaluation
from topline.trial.response.registry import CRITERIA
from topline.trial.response.trial_response import TrialResponse

Chart = Callable[[TrialResponse], Figure | None]
CHARTS: dict[str, Chart] = {
    "waterfall": waterfall_chart,
    "spider": spider_chart,
    "swimmer": swimmer_chart,
}
RECIST = CRITERIA["recist1.1"]
every = pytest.mark.parametrize("chart", CHARTS.values(), ids=list(CHARTS))


def trial(*sizes: list[Size], ongoing: bool = False) -> TrialResponse:
    """Participants with one lesion each, measured every 6 weeks from baseline on."""
    people = []
    for place, of_one in enumerate(sizes):
        points = [seen(6 * visit, size) for visit, size in enumerate(of_one)]
        who = replace(participant(*points), name=f"P{place:03d}", ongoing=ongoing)
        people.append(evaluated(RECIST, who))
    return TrialResponse(evaluation=Evaluation(criteria=RECIST), participants=tuple(people))


def made_up(number: int) -> TrialResponse:
    random = Random(7)
    sizes: list[list[Size]] = []
    for _ in range(number):
        size, line = 100.0, list[Size]([100])
        for _ in range(random.randint(1, 5)):
            size = max(0.0, size * random.uniform(0.4, 1.4))
            line.append(round(size))
        sizes.append(line)
    return trial(*sizes)


def rectangles(figure: Figure) -> list[dict[str, object]]:
    found: list[dict[str, object]] = figure.spec["datasets"]["rectangles"]
    return found


@every
@pytest.mark.parametrize("number", [1, 20, 200])
def test_a_drawing_is_a_named_document_of_its_own(chart: Chart, number: int) -> None:
    figure = chart(made_up(number))
    assert figure is not None
    for svg in (figure.svg, figure.narrow):
        root = ElementTree.fromstring(svg)
        assert root.get("role") == "img"
        label = root.get("aria-label") or ""
        assert label.startswith(f"{figure.title}. {number} participants")
        assert "RECIST 1.1" in label
        assert "NaN" not in svg
    wide, narrow = (
        float(ElementTree.fromstring(one).get("width", "0")) for one in (figure.svg, figure.narrow)
    )
    assert (round(wide), round(narrow)) == (720, 340)
    assert chart(made_up(number)) == figure


@every
def test_nothing_is_drawn_of_nothing(chart: Chart) -> None:
    assert chart(trial()) is None


def test_participants_without_a_change_are_said_not_drawn() -> None:
    found = trial([100, 50], [100, None], [100])
    waterfall, spider = waterfall_chart(found), spider_chart(found)
    assert waterfall is not None
    assert spider is not None
    for figure in (waterfall, spider):
        assert figure.description.startswith("1 participants")
        assert figure.caption.endswith("Without a measured change, and not shown: 2.")
    assert waterfall_chart(trial([100, None])) is None
    swimmer = swimmer_chart(found)
    assert swimmer is not None
    assert swimmer.description.startswith("3 participants")


class TestWaterfall:
    def test_a_bar_a_participant_from_the_worst_to_the_best(self) -> None:
        figure = waterfall_chart(trial([100, 50], [100, 110], [100, 0], [100, 250]))
        assert figure is not None
        bars = rectangles(figure)[0::2]
        assert len(bars) == 4
        heights = [bar["y2"] - bar["y"] for bar in bars]  # type: ignore[operator]  # both are numbers
        # +250 % is cut at 100; -50 and -100 reach down from zero, on an axis from -100 to 100
        assert heights == pytest.approx([125, 12.5, 62.5, 125])
        assert "Triangles mark increases of more than 100 %: 1." in figure.caption
        assert "from +150 % to -100 %" in figure.description

    def test_no_change_at_all_is_still_a_bar(self) -> None:
        figure = waterfall_chart(trial([100, 100]))
        assert figure is not None
        bar = rectangles(figure)[0]
        assert bar["y2"] - bar["y"] == 2  # type: ignore[operator]  # both are numbers

    def test_each_best_response_has_its_line(self) -> None:
        figure = waterfall_chart(trial([100, 50], [100, 130], [100, 0]))
        assert figure is not None
        words = [word["text"] for word in figure.spec["datasets"]["words-right"]]
        assert words[-3:] == ["CR", "PR", "PD"]
        lines = {bar["y"] for bar in rectangles(figure)[1::2]}
        assert len(lines) == 3

    def test_what_comes_after_progression_does_not_count(self) -> None:
        figure = waterfall_chart(trial([100, 130, 20]))
        assert figure is not None
        assert "from +30 % to +30 %" in figure.description


class TestSpider:
    def test_a_panel_a_best_response_with_the_others_behind(self) -> None:
        figure = spider_chart(trial([100, 50], [100, 130], [100, 140]))
        assert figure is not None
        titles = [word["text"] for word in figure.spec["datasets"]["words-left"]]
        assert titles == ["Change of the sum from baseline", "PR, 1", "PD, 2"]
        series = {point["series"] for point in figure.spec["datasets"]["lines"]}
        assert len(series) >= 3 + 3  # each line in its panel, and in the other one

    def test_the_line_is_thin_after_progression(self) -> None:
        figure = spider_chart(trial([100, 130, 140, 150]))
        assert figure is not None
        widths = [point["width"] for point in figure.spec["datasets"]["lines"]]
        assert sorted(set(widths)) == [0.5, 1.7]


class TestSwimmer:
    def test_a_bar_a_participant_the_longest_first(self) -> None:
        figure = swimmer_chart(trial([100, 90], [100, 90, 90, 90]))
        assert figure is not None
        bars = rectangles(figure)
        assert len(bars) == 2
        assert bars[0]["x2"] > bars[1]["x2"]  # type: ignore[operator]  # both are numbers

    def test_response_progression_death_and_who_is_on_study(self) -> None:
        found = trial([100, 50, 50, 90], ongoing=True)
        (one,) = found.participants
        assert [time.parameter for time in one.times] == ["PFS", "TTP", "DOR"]
        figure = swimmer_chart(found)
        assert figure is not None
        legend = [word["text"] for word in figure.spec["datasets"]["words-left"]]
        assert legend == ["PR", "Progression", "On study"]
        assert len(rectangles(figure)) == 2  # time on study, and the response within it
        dead = evaluated(RECIST, replace(one.participant, died=START + timedelta(days=200)))
        figure = swimmer_chart(replace(found, participants=(dead,)))
        assert figure is not None
        assert "Death" in [word["text"] for word in figure.spec["datasets"]["words-left"]]
        assert "1 died" in figure.description

    def test_names_for_few_only(self) -> None:
        few, many = swimmer_chart(made_up(60)), swimmer_chart(made_up(61))
        assert few is not None
        assert many is not None
        assert re.search(r"P\d{3}", few.svg)
        assert not re.search(r"P\d{3}", many.svg)


def test_the_three_of_a_trial() -> None:
    assert [figure.name for figure in response_figures(made_up(3))] == list(CHARTS)
    assert response_figures(trial()) == ()


@pytest.mark.parametrize(
    ("longest", "title", "last"),
    [(0, "Weeks", 1), (20, "Weeks", 2), (400, "Weeks", 56), (1500, "Months", 48), (40000, "Months", 1152)],
)  # fmt: skip
def test_the_axis_of_time_has_few_ticks(longest: int, title: str, last: int) -> None:
    scale = time_scale(longest)
    axis = scale.axis(longest)
    assert scale.title == f"{title} since start"
    assert axis.ticks[-1] == last
    assert len(axis.ticks) <= 9
    assert axis.upper >= longest / scale.days
