"""What the commonest calls take by themselves: ``pytest benchmarks --benchmark-only``.

Seconds, to see where a change made something slower; the ratios of ``python -m benchmarks`` are what
the project aims at. Everything here uses the bundled example.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from benchmarks.folders import EXAMPLE, example_records

from topline.analysis.build import Build, build_file
from topline.formats import api_json
from topline.render.page import render_page
from topline.stats.survival import kaplan_meier

Benchmark = Callable[..., object]


@cache
def example() -> Build:
    return build_file(EXAMPLE)


def test_decode_one_record(benchmark: Benchmark) -> None:
    benchmark(api_json.decode, example_records(1)[0])


def test_encode_one_record(benchmark: Benchmark) -> None:
    benchmark(api_json.encode, api_json.decode(example_records(1)[0]))


@pytest.mark.parametrize("number", [100, 10_000])
def test_kaplan_meier(benchmark: Benchmark, number: int) -> None:
    random = np.random.default_rng(7)
    benchmark(kaplan_meier, random.exponential(12, number), random.integers(0, 2, number))


def test_build_the_example(benchmark: Benchmark) -> None:
    benchmark(build_file, EXAMPLE)


def test_render_the_examples_page_without_charts(benchmark: Benchmark) -> None:
    benchmark(render_page, example().study, example().statistics, drawn=())
