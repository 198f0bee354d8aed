"""Every shared reference value is computed by topline.stats and agrees."""

from pathlib import Path

import pytest
from tests.reference.run import compare

pytestmark = pytest.mark.corpus

VALUES = 13_229
"""How many values the files hold: a case that is skipped fails the count."""


def test_every_reference_value_agrees(corpus: Path) -> None:
    results = compare(corpus / "reference-values" / "json")
    assert results.unreadable == []
    assert [wrong for family in results.families.values() for wrong in family.wrong] == []
    assert [case for family in results.families.values() for case in family.missing] == []
    assert (results.passed, results.failed) == (VALUES, 0)
