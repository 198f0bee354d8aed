"""The report of a comparison as people see it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page
from tests.browser.conftest import OUTCOMES, SURVIVAL_VALUE, made_up_study
from tests.browser.test_page_in_browser import WIDTHS_AND_SCHEMES, violations

from topline.formats.comparison import compare
from topline.formats.document import Document
from topline.record.addresses import replace_at, value_at
from topline.render.difference_page import render_comparison

pytestmark = pytest.mark.browser

Opener = Callable[..., Page]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up record against itself with a number, a text and a part changed."""
    before = made_up_study()
    after = replace_at(before, SURVIVAL_VALUE, "17.12")
    after = replace_at(after, f"{OUTCOMES}/1/timeFrame", "Five <b>years</b>")
    outcomes = value_at(after, OUTCOMES)
    assert isinstance(outcomes, tuple)
    after = replace_at(after, OUTCOMES, outcomes[:-1])
    found = compare(
        Document(study=before, format="api-json", place="before.json"),
        Document(study=after, format="page-text", place="after.txt"),
    )
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(render_comparison(found), encoding="utf-8")
    return path


@pytest.mark.parametrize(("width", "scheme"), WIDTHS_AND_SCHEMES)
def test_axe_finds_no_violation_in_the_report(
    report: Path, opened: Opener, axe: str, width: int, scheme: str
) -> None:
    page = opened(report, width=width, scheme=scheme)
    assert violations(page, axe) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_what_went_and_came_is_marked_in_the_texts(report: Path, opened: Opener) -> None:
    page = opened(report)
    assert page.locator("table.compared ins").all_inner_texts()[0]
    assert page.locator("table.compared del").all_inner_texts()[0]
    assert page.locator("b", has_text="years").count() == 0


def test_a_part_that_went_is_told_as_one(report: Path, opened: Opener) -> None:
    page = opened(report)
    assert page.locator("details.alone .kind").all_inner_texts().count("removed") == 1


def test_on_a_narrow_screen_both_versions_are_seen_beside_what_they_are(
    report: Path, opened: Opener
) -> None:
    page = opened(report, width=400)
    box = page.locator("div.scroll:has(table.compared)").first
    right = box.evaluate("box => box.getBoundingClientRect().right")
    cells = page.locator("table.compared tbody tr").first.locator("td")
    for place in range(2):
        assert cells.nth(place).evaluate("cell => cell.getBoundingClientRect().right") <= right + 1
