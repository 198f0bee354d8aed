"""The registry of response criteria, and what the rules may depend on."""

import subprocess
import sys

import pytest

from topline.errors import UsageError
from topline.trial.response.registry import CRITERIA, criteria_named
from topline.trial.response.responses import ORDER, Response


@pytest.mark.parametrize("name", sorted(CRITERIA))
def test_criteria_have_a_word_for_every_response_and_read_it_back(name: str) -> None:
    criteria = CRITERIA[name]
    assert criteria.name == name
    assert set(criteria.words) == set(Response) == set(ORDER)
    assert len(set(criteria.words.values())) == len(Response)
    for response in Response:
        assert criteria.response(criteria.word(response)) is response
        assert criteria.response(criteria.word(response).lower()) is response
    assert criteria.response("PR") is Response.PARTIAL
    assert criteria.response("CHECK") is None
    assert "doi:" in criteria.source


def test_shorter_names() -> None:
    assert criteria_named("RECIST").name == "recist1.1"
    assert criteria_named(" irRECIST ").name == "irrecist-nishino"
    with pytest.raises(UsageError, match="no response criteria 'who'"):
        criteria_named("who")


def test_the_rules_need_no_dataframe() -> None:
    code = (
        "import sys, topline.trial.response.evaluation, topline.trial.response.registry; "
        "print([name for name in ('polars', 'numpy', 'msgspec') if name in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"
