"""Verification on a real trial and on real records."""

from collections import Counter
from pathlib import Path

import msgspec
import pytest
from tests.corpus.pilot_trial import PilotTrial
from tests.spec.honest_variants import VARIANTS
from tests.spec.planted_discrepancies import KINDS
from tests.spec.posted_record import NotHere, Posted, leaf_addresses

from topline.analysis.build import Build
from topline.analysis.statistics import Statistics
from topline.analysis.verification import Verdict, Verification, verify, verify_file
from topline.formats.registry import FORMATS, read_study
from topline.record import Study
from topline.record.cells import Cell, CellKind
from topline.render.results_folder import write_results

pytestmark = pytest.mark.corpus

HCC = Path(__file__).parents[2] / "examples" / "hcc" / "study.yaml"
SEED_PAGE = "NCT03211416.txt"


@pytest.fixture(scope="module")
def pilot(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Build:
    trial = PilotTrial(corpus / "trials" / "cdiscpilot01", tmp_path_factory.mktemp("datasets"))
    return trial.posted


@pytest.fixture(scope="module")
def found(corpus: Path) -> Verification:
    """The bundled example against the page that it imitates."""
    return verify_file(HCC, str(corpus / "page" / SEED_PAGE))


def planted_in(built: Build) -> Posted:
    return Posted(msgspec.json.decode(msgspec.json.encode(built.study)))


def verified(built: Build, posted: Posted) -> Verification:
    return verify(built, msgspec.convert(posted.record, Study))


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_planted_in_the_pilot_trial_is_reported_and_nothing_else(
    pilot: Build, kind: str
) -> None:
    posted = planted_in(pilot)
    try:
        KINDS[kind](posted)
    except NotHere:
        pytest.skip("the record has no place for it")
    reported = Counter(
        (one.verdict, one.address_built, one.address_posted)
        for one in verified(pilot, posted).discrepancies
    )
    assert posted.expected
    assert reported == Counter(dict.fromkeys(posted.expected, 1))


def test_most_kinds_have_a_place_in_the_pilot_trial(pilot: Build) -> None:
    """Those that have none need a statistical analysis, which its specification does not ask for."""
    without = set()
    for name, plant in KINDS.items():
        try:
            plant(planted_in(pilot))
        except NotHere:
            without.add(name)
    assert len(KINDS) - len(without) >= 50


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_pilot_trial_posted_otherwise_agrees(pilot: Build, variant: str) -> None:
    posted = planted_in(pilot)
    VARIANTS[variant](posted, pilot.statistics)
    assert verified(pilot, posted).discrepancies == ()


@pytest.mark.slow
def test_real_records_are_recognized_in_any_order(corpus: Path) -> None:
    """Every eighth posted record, its groups renumbered and all its lists in another order."""
    files = sorted((corpus / "records" / "v2").glob("*.json"))[::8]
    compared = 0
    for file in files:
        study = read_study(file)
        if study.results_section is None:
            continue
        built = Build(study=study, statistics=Statistics(), curves=(), notes=(), datasets=())
        posted = planted_in(built)
        for variant in (
            "groups in another order under other ids",
            "outcome measures in another order",
            "events in another order",
            "rows and columns in another order",
        ):
            VARIANTS[variant](posted, built.statistics)
        found = verified(built, posted)
        assert found.discrepancies == (), file.name
        assert len(found.comparisons) == len(leaf_addresses(posted, "/resultsSection"))
        compared += len(found.comparisons)
    assert compared > 50_000


class TestTheSeedPage:
    """The bundled example was made to give the numbers of this page; it words everything otherwise."""

    def test_every_number_that_both_have_is_equal(self, found: Verification) -> None:
        compared = [one for one in found.numbers_only().comparisons if one.posted is not None]
        assert len(compared) == 196
        assert {one.verdict for one in compared} == {Verdict.EQUAL}

    def test_the_page_has_no_number_that_the_build_has_not(self, found: Verification) -> None:
        assert not any(
            one.verdict is Verdict.ONLY_THERE for one in found.numbers_only().comparisons
        )

    def test_the_numbers_that_the_page_leaves_out(self, found: Verification) -> None:
        """Totals and deaths it does not state, the rate as a percentage, row denominators."""
        alone = Counter(
            (one.leaf.module.value, one.leaf.kind)
            for one in found.discrepancies
            if isinstance(one.leaf, Cell)
        )
        assert alone == {
            ("baseline characteristics", CellKind.DENOMINATOR): 5,
            ("outcome measures", CellKind.DENOMINATOR): 1,
            ("outcome measures", CellKind.VALUE): 1,
            ("outcome measures", CellKind.LOWER_LIMIT): 1,
            ("outcome measures", CellKind.UPPER_LIMIT): 1,
            ("adverse events", CellKind.FREQUENCY_THRESHOLD): 1,
            ("adverse events", CellKind.AFFECTED): 3,
            ("adverse events", CellKind.AT_RISK): 1,
        }

    def test_the_statistical_analysis_is_not_held_against_a_page(self, found: Verification) -> None:
        unseen = [
            one.leaf.kind
            for one in found.comparisons
            if isinstance(one.leaf, Cell) and one.verdict is Verdict.NOT_SHOWN
        ]
        assert CellKind.P_VALUE in unseen


def test_the_page_of_a_build_agrees_with_it(tmp_path: Path, pilot: Build) -> None:
    folder = write_results(pilot, tmp_path / "out").folder
    page = read_study(folder / "page.txt")
    found = verify(pilot, page, keeps=FORMATS["page-text"].keeps)
    assert found.discrepancies == ()
