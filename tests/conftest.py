"""What every kind of test shares: the corpus folder and Hypothesis profiles."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "ci",
    derandomize=True,  # a flaky test is a bug
    deadline=None,  # the machine is shared: time is measured in benchmarks/, never asserted
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("ci")


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real records and trials; tests that need it skip where it is not named."""
    folder = os.environ.get("TOPLINE_CORPUS")
    if not folder:
        pytest.skip("TOPLINE_CORPUS is not set: no real records and trials to read")
    path = Path(folder)
    if not path.is_dir():
        pytest.fail(f"TOPLINE_CORPUS names {folder}, which is not a folder")
    return path
