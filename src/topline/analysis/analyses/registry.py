"""The registry of analyses: each module of this package that declares ``ANALYSIS`` is one."""

from collections.abc import Mapping
from functools import cache

import topline.analysis.analyses as package
from topline.analysis.analyses.analysis import Analysis
from topline.analysis.discovery import discover


@cache
def analyses() -> Mapping[str, Analysis]:
    """Give every analysis by its name."""
    return discover(package, "ANALYSIS", Analysis)
