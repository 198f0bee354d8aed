"""How the costs of the statistics grow with size: ``python -m benchmarks.cost_growth`` writes the pages of speed.

The main jobs run at sizes by powers of ten, each in turns with a sort of as many numbers, the yardstick of the machine;
then the benchmarks of statistics with their aims. What was found goes to ``docs/reference/speed.toml``; the plot and
the pages are drawn and written from it.
"""

import argparse
import datetime
import statistics
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import msgspec
import numpy as np
from benchmarks import stats_adverse_events, stats_pooling, stats_proportions
from benchmarks.__main__ import circumstances, run
from benchmarks.measure import Measured, seconds
from benchmarks.stats_repeated_measures import ours as fit_and_test
from benchmarks.stats_repeated_measures import trial
from benchmarks.stats_survival import hazards, participants
from docs.generate import write_pages
from docs.speed import RECORD, Aim, Growth, Panel, Run, Speed, read, written

from topline.stats.cox import cox
from topline.stats.event_incidence import event_incidence
from topline.stats.log_rank import log_rank
from topline.stats.many_means import mean_summaries, two_sample_t_tests
from topline.stats.many_poolings import pool_many
from topline.stats.proportion import proportions
from topline.stats.rank_sum import rank_sum_test
from topline.stats.risk_difference import risk_differences
from topline.stats.survival_quantiles import survival_quantiles

BENCHMARKS = (
    "survival",
    "proportions",
    "means",
    "ranks-and-rates",
    "repeated-measures",
    "pooling",
    "adverse-events",
)
"""Whose lines the page of speed shows, in its order."""

_ENOUGH = 0.05
"""A short job is repeated so that a measurement lasts about so long [s]."""

Computation = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Job:
    """What is measured.

    Attributes
    ----------
    panel, name, title, unit
        As in :class:`docs.speed.Growth`.
    function
        ``module.function`` within ``topline.stats`` of what is measured.
    powers
        The sizes run from 10 to the first of these powers to 10 to the last.
    made
        Gives the computation at a size, its data already drawn.
    """

    panel: Panel
    name: str
    title: str
    unit: str
    function: str
    powers: tuple[int, int]
    made: Callable[[int], Computation]

    @property
    def sizes(self) -> tuple[int, ...]:
        """The sizes, ascending."""
        first, last = self.powers
        return tuple(10**power for power in range(first, last + 1))


def _median(number: int) -> Computation:
    return partial(survival_quantiles, *participants(number))


def _log_rank(number: int) -> Computation:
    arm = np.random.default_rng(4).integers(0, 2, number)
    return partial(log_rank, *participants(number), arm)


def _cox(number: int) -> Computation:
    return partial(cox, *hazards(number))


def _rank_sum(number: int) -> Computation:
    values = np.random.default_rng(11).normal(size=number)
    halves = values[: number // 2], values[number // 2 :]
    return partial(rank_sum_test, *halves, method="normal_corrected")


def _repeated(number: int) -> Computation:
    return partial(fit_and_test, trial(number))


def _events(number: int) -> Computation:
    drawn = stats_adverse_events.events(number)
    return partial(event_incidence, drawn.participant, drawn.term, drawn.arm, drawn.system)


def _groups(number: int, seed: int) -> tuple[Any, Any]:
    return stats_proportions.groups(stats_proportions.SIZES[0], seed, number)


def _intervals(interval: str, number: int) -> Computation:
    return partial(proportions, *_groups(number, 1), interval=interval)


def _differences(number: int) -> Computation:
    return partial(risk_differences, *_groups(number, 1), *_groups(number, 2))


def _t_tests(number: int) -> Computation:
    random = np.random.default_rng(1)
    arms = [
        mean_summaries(
            random.integers(10, 200, number),
            random.normal(10, 2, number),
            random.uniform(1, 5, number),
        )
        for _ in range(2)
    ]
    return partial(two_sample_t_tests, *arms)


def _poolings(method: str, number: int) -> Computation:
    interval = "normal" if method == "DL" else "hartung-knapp"
    return partial(pool_many, *stats_pooling.studies(number), method=method, interval=interval)


JOBS = (
    Job("one", "kaplan_meier", "Kaplan–Meier median with limits", "participants", "survival_quantiles.survival_quantiles", (3, 7), _median),
    Job("one", "log_rank", "Log-rank test", "participants", "log_rank.log_rank", (3, 7), _log_rank),
    Job("one", "cox", "Cox regression, 5 covariates", "participants", "cox.cox", (3, 6), _cox),
    Job("one", "rank_sum", "Rank-sum test", "participants", "rank_sum.rank_sum_test", (3, 7), _rank_sum),
    Job("one", "repeated_measures", "MMRM, 4 visits, Kenward–Roger", "participants", "mixed_model_means.fit_repeated_measures", (2, 5), _repeated),
    Job("one", "adverse_events", "Adverse-event table", "events", "event_incidence.event_incidence", (3, 7), _events),
    Job("many", "wilson", "Wilson intervals", "intervals", "proportion.proportions", (3, 6), partial(_intervals, "wilson")),
    Job("many", "jeffreys", "Jeffreys intervals", "intervals", "proportion.proportions", (3, 6), partial(_intervals, "jeffreys")),
    Job("many", "clopper_pearson", "Clopper–Pearson intervals", "intervals", "proportion.proportions", (3, 6), partial(_intervals, "clopper_pearson")),
    Job("many", "miettinen_nurminen", "Miettinen–Nurminen intervals", "intervals", "risk_difference.risk_differences", (3, 6), _differences),
    Job("many", "t_tests", "Welch t-tests", "tests", "many_means.two_sample_t_tests", (3, 6), _t_tests),
    Job("many", "pooling_dl", "Pooling of 6 studies, DL", "meta-analyses", "many_poolings.pool_many", (2, 6), partial(_poolings, "DL")),
    Job("many", "pooling_reml", "Pooling of 6 studies, REML, Hartung–Knapp", "meta-analyses", "many_poolings.pool_many", (2, 5), partial(_poolings, "REML")),
)  # fmt: skip
"""The main jobs, in the order of the plot's legends."""


def measured(job: Job, rounds: int, sizes: Iterable[int] | None = None) -> Growth:
    """Measure a job at its sizes, or at others."""
    chosen = tuple(job.sizes if sizes is None else sizes)
    times = [_medians(job.made(size), size, rounds) for size in chosen]
    return Growth(
        name=job.name,
        title=job.title,
        unit=job.unit,
        panel=job.panel,
        functions=(job.function,),
        sizes=chosen,
        seconds=tuple(ours for ours, _ in times),
        sorts=tuple(sort for _, sort in times),
    )


def _medians(compute: Computation, size: int, rounds: int) -> tuple[float, float]:
    numbers = np.random.default_rng(20).exponential(100, size)
    both = [_repeated_for_long(each) for each in (compute, partial(np.sort, numbers))]
    pairs = [[seconds(each) / times for each, times in both] for _ in range(rounds)]
    ours, sorts = (statistics.median(side) for side in zip(*pairs, strict=True))
    return float(f"{ours:.4g}"), float(f"{sorts:.4g}")


def _repeated_for_long(compute: Computation) -> tuple[Computation, int]:
    """Give a run of repetitions long enough to be timed, and how many they are."""
    compute()
    times = max(1, round(_ENOUGH / max(seconds(compute), 1e-6)))

    def repeated() -> None:
        for _ in range(times):
            compute()

    return repeated, times


def lines(rounds: int) -> Iterator[Measured]:
    """Measure every job at its largest size beside the sort."""
    for job in JOBS:
        found = measured(job, rounds, job.sizes[-1:])
        ours, sort = found.seconds[0], found.sorts[0]
        yield Measured(
            what=f"{job.title}, {found.sizes[0]:,} {job.unit}",
            peer="NumPy sort of as many numbers",
            ours=ours,
            theirs=sort,
            unit="s",
            figure=ours / sort,
            aim=None,
        )


def _growth(rounds: int) -> tuple[Growth, ...]:
    found = []
    for job in JOBS:
        print(f"{job.name} ...", file=sys.stderr)
        found.append(measured(job, rounds))
    return tuple(found)


def _aims(rounds: int) -> tuple[Aim, ...]:
    return tuple(Aim(**msgspec.to_builtins(line)) for line in run(BENCHMARKS, rounds))


def main() -> int:
    """Measure, and write record, plot and pages."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cost_growth", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="measured runs of each (default: 5)")
    parser.add_argument(
        "--only", choices=("growth", "aims"), help="measure one half, and keep the other as it is"
    )
    options = parser.parse_args()
    rounds = max(1, options.rounds)
    now = Run(date=datetime.datetime.now(tz=datetime.UTC).date(), circumstances=circumstances())
    before = read() if options.only else None
    keep = {"growth": options.only == "aims", "aims": options.only == "growth"}
    speed = Speed(
        growth=before.growth if before and keep["growth"] else _growth(rounds),
        growth_run=before.growth_run if before and keep["growth"] else now,
        aims=before.aims if before and keep["aims"] else _aims(rounds),
        aims_run=before.aims_run if before and keep["aims"] else now,
    )
    RECORD.write_text(written(speed), encoding="utf-8")
    print(f"wrote {RECORD}")
    write_pages(("statistics.md",))
    return 0


if __name__ == "__main__":
    sys.exit(main())
