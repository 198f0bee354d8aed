"""The reference page of the specification is current, complete and right."""

import re
from pathlib import Path

import msgspec
import pytest
from tests.unit.specification_examples import VOCABULARY

from topline.trial import specification
from topline.trial.specification import Part
from topline.trial.specification_methods import Vocabulary
from topline.trial.specification_page import specification_page
from topline.trial.specification_reading import read_specification

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "reference" / "specification.md").read_text(encoding="utf-8")


PARTS = [
    part
    for part in vars(specification).values()
    if isinstance(part, type) and issubclass(part, Part) and part is not Part
]


@pytest.mark.parametrize("part", PARTS)
def test_every_key_of_every_part_is_on_the_page(part: type[Part]) -> None:
    for field in msgspec.structs.fields(part):
        assert f"| `{field.encode_name}` |" in PAGE


def test_every_method_and_option_is_on_the_page() -> None:
    page = specification_page(VOCABULARY)
    for word in ("count", "kaplan_meier_quantile", "log_rank", "probability", "covariates"):
        assert f"`{word}`" in page
    assert "## Summaries" not in specification_page(Vocabulary())


def test_the_example_on_the_page_is_without_mistakes() -> None:
    examples = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert examples
    for example in examples:
        assert read_specification(example, VOCABULARY).problems == ()


def test_every_link_on_the_page_leads_somewhere() -> None:
    headings = {
        heading.lower().replace(" ", "-")
        for heading in re.findall(r"^## (.+)$", PAGE, re.MULTILINE)
    }
    links = set(re.findall(r"\]\(#([^)]+)\)", PAGE))
    assert links <= headings
