"""A trial with thirty outcomes and sixty analyses: our whole build beside the same analyses one by one.

The peers are lifelines (Kaplan–Meier median, log-rank, Cox) and statsmodels (t-test, analysis of covariance, difference
of proportions, logistic regression), given arrays in memory; our time includes reading the files, rounding, and the
provenance of every number. Peers are optional (``pip install lifelines statsmodels``).
"""

import tempfile
from pathlib import Path

import numpy as np
import polars as pl
from benchmarks.analyses_trial import AnalysesTrial, write_trial
from benchmarks.bench_large_trial import peak_added
from benchmarks.measure import Measured, ratio
from benchmarks.peers import installed, peer

from topline.analysis.build import build_file

#: At least five times faster; memory beside the datasets held in full.
SPEED_AIM, MEMORY_AIM = 0.2, 3.0
_MEGABYTE = 1e6


def lines(rounds: int) -> list[Measured]:
    """Measure time and memory."""
    with tempfile.TemporaryDirectory() as folder:
        trial = write_trial(Path(folder))
        found = []
        if all(map(installed, ("lifelines", "statsmodels"))):
            found.append(
                ratio(
                    "30 outcomes and 60 analyses of 20,000 participants, built",
                    "the same analyses, one by one: lifelines and statsmodels",
                    lambda: build_file(trial.specification),
                    lambda: one_by_one(trial),
                    aim=SPEED_AIM,
                    rounds=min(rounds, 3),
                    clock="cpu",
                )
            )
        held = sum(
            pl.read_parquet(file).estimated_size() for file in Path(folder).glob("*.parquet")
        )
        peak = peak_added(trial.specification, "analysis")
        found.append(
            Measured(
                what="  its peak memory",
                peer="the datasets held in full",
                ours=peak,
                theirs=held / _MEGABYTE,
                unit="MB",
                aim=MEMORY_AIM,
                figure=peak / (held / _MEGABYTE),
            )
        )
        return found


def one_by_one(trial: AnalysesTrial) -> None:
    """Do each analysis by the peer that has it."""
    sites = np.column_stack([trial.site == level for level in range(2, 6)]).astype(float)
    others = np.column_stack([trial.age, sites])
    _times(trial, others)
    _values(trial, sites)
    _responses(trial, others)


def _times(trial: AnalysesTrial, others: np.ndarray) -> None:
    lifelines = peer("lifelines")
    statistics = peer("lifelines.statistics")
    pandas = peer("pandas")
    for time, event in zip(trial.times, trial.events, strict=True):
        for arm in (trial.drug, ~trial.drug):
            fitter = lifelines.KaplanMeierFitter().fit(time[arm], event[arm])
            lifelines.utils.median_survival_times(fitter.confidence_interval_)
        statistics.logrank_test(
            time[trial.drug], time[~trial.drug], event[trial.drug], event[~trial.drug]
        )
        frame = pandas.DataFrame(np.column_stack([trial.drug, others]).astype(float))
        frame["time"], frame["event"] = time, event
        lifelines.CoxPHFitter().fit(frame, "time", "event")


def _values(trial: AnalysesTrial, sites: np.ndarray) -> None:
    models = peer("statsmodels.api")
    weighted = peer("statsmodels.stats.weightstats")
    for base, value in zip(trial.baselines, trial.values, strict=True):
        for arm in (trial.drug, ~trial.drug):
            weighted.DescrStatsW(value[arm]).tconfint_mean()
        compared = weighted.CompareMeans.from_data(value[trial.drug], value[~trial.drug])
        compared.ttest_ind(usevar="unequal"), compared.tconfint_diff(usevar="unequal")
        columns = models.add_constant(np.column_stack([trial.drug, base, sites]).astype(float))
        models.OLS(value, columns).fit().conf_int()


def _responses(trial: AnalysesTrial, others: np.ndarray) -> None:
    models = peer("statsmodels.api")
    proportion = peer("statsmodels.stats.proportion")
    for response in trial.responses:
        x, n = response[trial.drug].sum(), int(trial.drug.sum())
        y, m = response[~trial.drug].sum(), int((~trial.drug).sum())
        proportion.proportion_confint(x, n, method="wilson")
        proportion.confint_proportions_2indep(x, n, y, m, method="newcomb")
        proportion.test_proportions_2indep(x, n, y, m)
        columns = models.add_constant(np.column_stack([trial.drug, others]).astype(float))
        models.Logit(response.astype(float), columns).fit(disp=0).conf_int()
