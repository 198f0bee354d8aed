"""Deriving over real records: the seed page's numbers, the survey's counts, and what must hold of every estimate."""

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from docs.derived_estimates import PAGE, page, records

from topline.analysis.derive.derivation import COMPUTED_HERE, DerivedEstimate, Range
from topline.analysis.derive.posted_analysis import Parameter
from topline.analysis.derive.runner import Wanted, derive
from topline.analysis.reproduction.survey import Survey, survey
from topline.analysis.reproduction.verdict import Verdict
from topline.formats.registry import read_study
from topline.record.addresses import value_at
from topline.render.page import render_page

pytestmark = [pytest.mark.corpus, pytest.mark.slow]


@cache
def surveyed(folder: Path) -> Survey:
    return survey(records(folder))


def test_the_seed_page_gives_its_response_rate_and_its_t_test(corpus: Path) -> None:
    study = read_study(corpus / "page" / "NCT03211416.txt")
    responders, others, ratio = derive(study).estimates
    # 8 of 27; Jeffreys: the 2.5 % and 97.5 % quantiles of beta(8.5, 19.5) (R 4.3: qbeta(c(.025, .975), 8.5, 19.5)).
    assert responders.context[-1] == "Responder (CR+PR)"
    assert responders.estimate == pytest.approx(8 / 27)
    assert responders.lower == pytest.approx(0.151206, abs=5e-7)
    assert responders.upper == pytest.approx(0.482485, abs=5e-7)
    assert others.estimate == pytest.approx(19 / 27)
    # (1.17 − 1) / (0.84 / √20) on 19 degrees of freedom (R 4.3: 2 * pt(-0.9050751, 19)).
    assert ratio.context == ("Change in Functional Activity of Effector T Cells",)
    assert ratio.statistic == pytest.approx(0.905, abs=5e-4)
    assert ratio.p_value == pytest.approx(0.377, abs=5e-4)
    assert (ratio.degrees_of_freedom, ratio.null_value) == (19, 1.0)
    assert ratio.p_value_possible is not None
    assert ratio.p_value_possible.contains(0.3768)


def test_a_page_of_text_does_not_say_what_medians_are(corpus: Path) -> None:
    found = derive(read_study(corpus / "page" / "NCT03211416.txt"))
    reasons = [one.reason for one in found.refusals]
    assert len(reasons) == 3
    assert sum("does not say what the values are" in reason for reason in reasons) == 2


def test_how_many_outcome_measures_without_an_estimate_get_one(corpus: Path) -> None:
    found = surveyed(corpus / "records" / "v2")
    assert (found.records, found.outcomes, found.without) == (376, 7043, 6207)
    assert found.derived == 5424
    assert (found.without_several, found.compared, found.tested) == (4702, 3254, 1162)


def test_what_becomes_of_posted_estimates(corpus: Path) -> None:
    judged = [one for _, one in surveyed(corpus / "records" / "v2").judged]
    by_kind = Counter(
        (one.parameter, one.of_model, one.verdict)
        for one in judged
        if one.verdict is not Verdict.NOT_DETERMINABLE
    )
    assert by_kind == {
        (Parameter.MEAN_DIFFERENCE, False, Verdict.REPRODUCED): 33,
        (Parameter.MEAN_DIFFERENCE, False, Verdict.DIRECTION): 9,
        (Parameter.MEAN_DIFFERENCE, False, Verdict.SPREADS): 1,
        (Parameter.MEAN_DIFFERENCE, False, Verdict.NOT_REPRODUCED): 13,
        (Parameter.MEAN_DIFFERENCE, True, Verdict.REPRODUCED): 828,
        (Parameter.MEAN_DIFFERENCE, True, Verdict.DIRECTION): 158,
        (Parameter.MEAN_DIFFERENCE, True, Verdict.NOT_REPRODUCED): 31,
        (Parameter.GEOMETRIC_MEAN_RATIO, False, Verdict.REPRODUCED): 5,
        (Parameter.GEOMETRIC_MEAN_RATIO, False, Verdict.DIRECTION): 6,
        (Parameter.GEOMETRIC_MEAN_RATIO, True, Verdict.REPRODUCED): 25,
        (Parameter.RISK_DIFFERENCE, False, Verdict.REPRODUCED): 58,
        (Parameter.RISK_DIFFERENCE, False, Verdict.DIRECTION): 14,
        (Parameter.RISK_DIFFERENCE, False, Verdict.NOT_REPRODUCED): 3,
        (Parameter.RISK_RATIO, False, Verdict.REPRODUCED): 1,
        (Parameter.RISK_RATIO, False, Verdict.NOT_REPRODUCED): 2,
        (Parameter.ODDS_RATIO, False, Verdict.REPRODUCED): 3,
        (Parameter.ODDS_RATIO, False, Verdict.DIRECTION): 4,
        (Parameter.ODDS_RATIO, False, Verdict.NOT_REPRODUCED): 85,
    }
    assert len(judged) - sum(by_kind.values()) == 522


def test_the_committed_page_is_what_the_survey_says_now(corpus: Path) -> None:
    assert PAGE.read_text(encoding="utf-8") == page(surveyed(corpus / "records" / "v2"))


def _is_within(value: float | None, possible: Range | None) -> bool:
    return value is None or (possible is not None and possible.contains(value))


def _faults(one: DerivedEstimate) -> list[str]:
    checks = {
        "mark": one.computed == COMPUTED_HERE,
        "method": bool(one.method),
        "estimate": _is_within(one.estimate, one.estimate_possible),
        "lower": _is_within(one.lower, one.lower_possible),
        "upper": _is_within(one.upper, one.upper_possible),
        "p": _is_within(one.p_value, one.p_value_possible),
        "order": one.lower is None or one.upper is None or one.lower <= one.upper,
        "covers": None in (one.lower, one.upper, one.estimate)
        or (one.lower or 0) <= (one.estimate or 0) <= (one.upper or 0),
        "relation": bool(one.relation) == (len(one.groups) == 2),
        "groups": len(set(one.groups)) == len(one.groups),
    }
    return [name for name, holds in checks.items() if not holds]


def test_what_must_hold_of_every_estimate_of_every_tenth_record(corpus: Path) -> None:
    files = sorted((corpus / "records" / "v2").glob("NCT*.json"))[::10]
    estimates = 0
    for file in files:
        study = read_study(file)
        for one in derive(study, Wanted(events=True)).estimates:
            estimates += 1
            assert _faults(one) == [], (file.name, one)
            posted = [value_at(study, address) for address in one.inputs]
            assert all(isinstance(value, str | int) for value in posted), (file.name, one)
    assert estimates > 12_000


def test_every_input_of_a_page_with_estimates_is_an_anchor_of_it(corpus: Path) -> None:
    for file in sorted((corpus / "records" / "v2").glob("NCT*.json"))[5::40]:
        study = read_study(file)
        made = render_page(study, drawn=(), derived=derive(study, Wanted(events=True)))
        ids = Counter(re.findall(r' id="([^"]*)"', made))
        assert not [name for name, times in ids.items() if times > 1], file.name
        dangling = {link for link in re.findall(r' href="#([^"]*)"', made) if link} - set(ids)
        assert not dangling, file.name
