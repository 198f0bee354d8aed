"""What was measured is kept as it was, told on the pages and drawn in the plot."""

import datetime

import msgspec
import numpy as np
import pytest
from benchmarks.cost_growth import JOBS, Job, measured
from docs.generate import page_of_speed
from docs.speed import (
    PAGE,
    Aim,
    Growth,
    Run,
    Speed,
    aims_table,
    growth_table,
    read,
    speed_of,
    statistics_section,
    written,
)
from docs.speed_chart import IMAGE, SORT, speed_chart
from docs.statistics_page import STATS, statistics_page

RUN = Run(
    date=datetime.date(2026, 11, 2), circumstances={"python": "3.11", "system": 'a "fast" one'}
)
QUADRATIC = Growth(
    name="pairs",
    title="All pairs",
    unit="participants",
    panel="one",
    functions=("pair_order.walsh_order",),
    sizes=(10, 100, 1000),
    seconds=(0.01, 0.02, 2.0),
    sorts=(1e-6, 1e-5, 4e-4),
)
LINEAR = msgspec.structs.replace(
    QUADRATIC,
    name="many",
    title="Many µ",
    unit="tests",
    panel="many",
    functions=("many_means.t_multipliers",),
    sizes=(100, 1000),
    seconds=(0.00012, 0.0012),
    sorts=(1e-5, 4e-4),
)
MET = Aim(what="  table", peer="Polars", ours=0.2, theirs=0.8, unit="s", figure=0.25, aim=1.0)
MISSED = Aim(what="memory", peer="rows", ours=310.0, theirs=100.0, unit="MB", figure=3.1, aim=3.0)
PLAIN = Aim(what="help", peer="", ours=0.13, unit="s", figure=0.13)
SPEED = Speed(growth=(QUADRATIC, LINEAR), growth_run=RUN, aims=(MET, MISSED, PLAIN), aims_run=RUN)


def test_what_is_written_is_read_back() -> None:
    assert read(written(SPEED)) == SPEED
    assert read(written(Speed(growth_run=RUN, aims_run=RUN))).growth == ()


def test_growth_is_the_power_of_the_last_step() -> None:
    assert QUADRATIC.exponent == pytest.approx(2)
    assert LINEAR.exponent == pytest.approx(1)


def test_a_function_is_told_with_its_largest_size() -> None:
    assert speed_of(SPEED, "pair_order.walsh_order") == [
        "All pairs, n = 1,000 participants: 2 s, growing by n^2.0"
    ]
    assert speed_of(SPEED, "many_means.t_multipliers") == [
        "Many µ, n = 1,000 tests: 1.2 ms, growing by n^1.0"
    ]
    assert speed_of(SPEED, "mean.summarize") == []


def test_tables_leave_empty_what_was_not_measured() -> None:
    assert list(growth_table(SPEED))[2:] == [
        "| All pairs | participants | 10 ms | 20 ms | 2 s | n^2.00 | 5,000 |",
        "| Many µ | tests |  | 120 µs | 1.2 ms | n^1.00 | 3 |",
        "| NumPy sort | random numbers | 1 µs | 10 µs | 400 µs | | |",
    ]
    assert list(aims_table(SPEED.aims))[2:] == [
        "| table | Polars | 200 ms | 800 ms | 0.25 | 1 | met |",
        "| memory | rows | 310 MB | 100 MB | 3.1 | 3 | missed |",
        "| help |  | 130 ms |  | 0.13 |  |  |",
    ]


def test_the_section_says_when_and_with_what() -> None:
    section = statistics_section(SPEED)
    assert section.count('2 November 2026: python 3.11, system a "fast" one.') == 2


def test_the_plot_has_every_job_and_the_sort() -> None:
    drawn = speed_chart(SPEED)
    for words in ("All pairs", "Many µ", SORT, "1 µs each"):
        assert f">{words}<" in drawn


def test_the_committed_page_and_plot_are_of_what_was_measured() -> None:
    assert PAGE.read_text(encoding="utf-8") == page_of_speed(), "run `make docs`"
    drawn = IMAGE.read_text(encoding="utf-8")
    assert [job.title for job in read().growth if f">{job.title}<" not in drawn] == []


def test_the_measured_jobs_are_those_that_are_measured_now() -> None:
    kept = {job.name: job for job in read().growth}
    assert list(kept) == [job.name for job in JOBS]
    for job in JOBS:
        found = kept[job.name]
        assert (found.title, found.functions, found.sizes) == (
            job.title,
            (job.function,),
            job.sizes,
        )
        assert np.all(np.array(found.seconds) > 0)
        assert np.all(np.array(found.sorts) > 0)


def test_the_page_of_statistics_tells_the_speed_of_every_measured_function() -> None:
    page = statistics_page()
    for job in read().growth:
        for function in job.functions:
            module, name = function.split(".")
            assert f"\ndef {name}(" in (STATS / f"{module}.py").read_text(encoding="utf-8")
        assert f"{job.title}, n = {job.sizes[-1]:,} {job.unit}: " in page
    assert "](../images/speed.svg)" in page


@pytest.mark.parametrize("job", JOBS, ids=lambda job: str(job.name))
def test_a_job_computes_at_any_size(job: Job) -> None:
    assert job.made(40)() is not None
    assert job.made(60)() is not None


def test_a_job_is_measured_beside_the_sort_at_each_size() -> None:
    found = measured(JOBS[0], 1, (40, 60))
    assert (found.name, found.sizes) == (JOBS[0].name, (40, 60))
    assert all(second > 0 for second in (*found.seconds, *found.sorts))
