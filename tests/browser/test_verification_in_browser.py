"""The report of a verification as people see it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page
from tests.browser.conftest import OUTCOMES, SURVIVAL_VALUE, made_up_statistics, made_up_study
from tests.browser.test_page_in_browser import WIDTHS_AND_SCHEMES, violations

from topline.analysis.build import Build
from topline.analysis.verification import verify
from topline.record.addresses import replace_at, value_at
from topline.render.verification_page import render_verification

pytestmark = pytest.mark.browser

Opener = Callable[..., Page]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up record against itself with a number, a rounding, a text and a part changed."""
    study = made_up_study()
    posted = replace_at(study, SURVIVAL_VALUE, "17.12")
    posted = replace_at(posted, f"{OUTCOMES}/0/classes/0/categories/0/measurements/0/value", "99")
    posted = replace_at(posted, f"{OUTCOMES}/1/timeFrame", "Five <b>years</b>")
    outcomes = value_at(posted, OUTCOMES)
    assert isinstance(outcomes, tuple)
    posted = replace_at(posted, OUTCOMES, outcomes[:-1])
    built = Build(study=study, statistics=made_up_statistics(), curves=(), notes=(), datasets=())
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(render_verification(verify(replace(built), posted)), encoding="utf-8")
    return path


@pytest.mark.parametrize(("width", "scheme"), WIDTHS_AND_SCHEMES)
def test_axe_finds_no_violation_in_the_report(
    report: Path, opened: Opener, axe: str, width: int, scheme: str
) -> None:
    page = opened(report, width=width, scheme=scheme)
    assert violations(page, axe) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_number_that_differs_stands_with_both_texts_and_its_address(
    report: Path, opened: Opener
) -> None:
    page = opened(report)
    row = page.locator("#numbers table.compared tbody tr").first
    cells = [row.locator("td").nth(place).inner_text() for place in range(3)]
    assert cells == ["21", "", "99"]
    assert f"{OUTCOMES}/0/classes/0/categories/0/measurements/0/value" in row.inner_text()


def test_a_part_that_is_in_one_record_only_can_be_opened_by_keyboard(
    report: Path, opened: Opener
) -> None:
    page = opened(report)
    part = page.locator("#wording details.alone").first
    assert "Quality of life" in part.inner_text()
    part.locator("summary").focus()
    page.keyboard.press("Enter")
    assert part.get_attribute("open") is not None
    assert "POST_HOC" in part.inner_text()


def test_another_rounding_is_listed_with_its_rule(report: Path, opened: Opener) -> None:
    page = opened(report)
    text = page.locator("#rules").inner_text()
    assert "1 by more decimals" in text
    assert "17.123456789" in text
