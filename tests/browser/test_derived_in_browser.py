"""Derived estimates on the page as people use it: closed at first, opened, followed to what they stand on."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import made_up_study

from topline.analysis.derive.runner import Wanted, derive
from topline.render.page import render_page

pytestmark = pytest.mark.browser

Opener = Callable[..., Page]
RESPONDERS = (
    "/resultsSection/outcomeMeasuresModule/outcomeMeasures/0/classes/0/categories/0"
    "/measurements/0/value"
)


@pytest.fixture(scope="module")
def derived_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    study = made_up_study()
    page = render_page(study, drawn=(), derived=derive(study, Wanted(events=True)))
    path = tmp_path_factory.mktemp("derived") / "page.html"
    path.write_text(page, encoding="utf-8")
    return path


def opened_section(page: Page) -> Any:
    section = page.locator("details.derived").first
    expect(section.locator("table")).to_be_hidden()
    section.locator("summary").click()
    expect(section.locator("table")).to_be_visible()
    return section


@pytest.mark.parametrize("width", [360, 1600])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation_with_the_estimates_open(
    derived_page: Path, opened: Opener, axe: str, width: int, scheme: str
) -> None:
    page = opened(derived_page, width=width, scheme=scheme)
    opened_section(page)
    page.evaluate(axe)
    found: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert [violation["id"] for violation in found["violations"]] == []


def test_the_section_says_that_it_is_computed_here(derived_page: Path, opened: Opener) -> None:
    section = opened_section(opened(derived_page))
    expect(section.locator("summary")).to_contain_text("Computed here")
    expect(section).to_contain_text("they are not part of the record")
    expect(section.locator("tbody tr").nth(2)).to_contain_text("risk difference")


def test_an_input_leads_to_the_posted_number(derived_page: Path, opened: Opener) -> None:
    page = opened(derived_page)
    section = opened_section(page)
    section.locator(f'a[href="#{RESPONDERS}"]').first.click()
    expect(page.locator(f'[id="{RESPONDERS}"]')).to_be_in_viewport()
    assert page.url.endswith(f"#{RESPONDERS}")


def test_a_derived_number_has_no_provenance_of_its_own(derived_page: Path, opened: Opener) -> None:
    section = opened_section(opened(derived_page))
    expect(section.locator("[role=button]")).to_have_count(0)


def test_a_phone_is_not_made_to_scroll_sideways(derived_page: Path, opened: Opener) -> None:
    page = opened(derived_page, width=360)
    opened_section(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 360
