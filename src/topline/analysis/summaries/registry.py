"""The registry of summaries: each module of this package that declares ``SUMMARY`` is one."""

from collections.abc import Mapping
from functools import cache

import topline.analysis.summaries as package
from topline.analysis.discovery import discover
from topline.analysis.summaries.summary import Summary


@cache
def summaries() -> Mapping[str, Summary]:
    """Give every summary by its name."""
    return discover(package, "SUMMARY", Summary)
