"""Pooled effects as papers and manuals print them, within half a unit of the last digit."""

import math

import numpy as np
import pytest
from tests.reference.tolerance import half_unit

from topline.stats.effect_sizes_two_by_two import two_by_two_effects
from topline.stats.meta_regression import regress_effects
from topline.stats.pooling import pool

# Thirteen trials of BCG vaccine (Colditz et al. 1994, JAMA 271:698–702): cases and participants, vaccinated and not;
# latitude and year.
VACCINE = (
    [4, 6, 3, 62, 33, 180, 8, 505, 29, 17, 186, 5, 27],
    [123, 306, 231, 13598, 5069, 1541, 2545, 88391, 7499, 1716, 50634, 2498, 16913],
    [11, 29, 11, 248, 47, 372, 10, 499, 45, 65, 141, 3, 29],
    [139, 303, 220, 12867, 5808, 1451, 629, 88391, 7277, 1665, 27338, 2341, 17854],
)
LATITUDE = [44, 55, 42, 52, 13, 44, 19, 13, 27, 42, 18, 33, 33]
YEAR = [1948, 1949, 1960, 1977, 1973, 1953, 1973, 1980, 1968, 1961, 1974, 1969, 1976]

# Seven trials of aspirin after myocardial infarction (Fleiss 1993, Stat Methods Med Res 2:121–145): deaths and
# participants, aspirin and placebo.
ASPIRIN = (
    [49, 44, 102, 32, 85, 246, 1570],
    [615, 758, 832, 317, 810, 2267, 8587],
    [67, 64, 126, 38, 52, 219, 1720],
    [624, 771, 850, 309, 406, 2257, 8600],
)


def close(found: float | None, printed: str) -> None:
    """Compare with a number as printed."""
    assert found == pytest.approx(float(printed), abs=half_unit(printed))


def test_bcg_random_effects_as_in_viechtbauer_2010() -> None:
    """Viechtbauer 2010, J Stat Softw 36(3), the random-effects model of section 3."""
    effects = two_by_two_effects(*VACCINE, measure="RR")
    found = pool(effects.value, effects.variance)
    close(found.between_study_variance, "0.3132")
    close(found.between_study_variance_standard_error, "0.1664")
    close(found.heterogeneity.i_squared, "92.22")
    close(found.heterogeneity.h_squared, "12.86")
    close(found.heterogeneity.test.statistic, "152.2330")
    close(found.estimate.value, "-0.7145")
    close(found.estimate.standard_error, "0.1798")
    close(found.test.statistic, "-3.9744")
    close(found.estimate.lower, "-1.0669")
    close(found.estimate.upper, "-0.3622")


def test_bcg_by_latitude_and_year_as_in_viechtbauer_2010() -> None:
    """Viechtbauer 2010, J Stat Softw 36(3), the mixed-effects model of section 3.

    Intercept and test of moderators are left out: their last printed digit rests on a convergence limit of 1e-5.
    """
    effects = two_by_two_effects(*VACCINE, measure="RR")
    found = regress_effects(effects.value, effects.variance, {"latitude": LATITUDE, "year": YEAR})
    close(found.between_study_variance, "0.1108")
    close(found.heterogeneity.test.statistic, "28.3251")
    close(found.coefficients["latitude"].value, "-0.0280")
    close(found.coefficients["latitude"].standard_error, "0.0102")
    close(found.coefficients["year"].value, "0.0019")
    close(found.coefficients["year"].standard_error, "0.0147")


def test_aspirin_odds_ratio_as_meta_prints_it() -> None:
    """Fleiss 1993 as the R package meta documents it (data set Fleiss1993bin), DerSimonian–Laird."""
    effects = two_by_two_effects(*ASPIRIN)
    estimate = pool(effects.value, effects.variance, method="DL").estimate
    for number, text in zip(
        (estimate.value, estimate.lower, estimate.upper),
        ("0.8763", "0.7743", "0.9917"),
        strict=True,
    ):
        assert number is not None
        close(math.exp(number), text)


def test_the_formulas_by_hand_on_two_studies() -> None:
    """DerSimonian and Laird's estimate for two studies is ((y₁ − y₂)² − v₁ − v₂)/2, as is every other's."""
    y, v = np.array([0.3, -0.2]), np.array([0.02, 0.05])
    for method in ("DL", "HE", "PM", "REML"):
        assert pool(y, v, method=method).between_study_variance == pytest.approx(
            (0.25 - 0.07) / 2, rel=1e-12
        )
