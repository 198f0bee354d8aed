"""The registry of summaries: each module of this package that declares ``SUMMARY`` is one."""

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

import topline.analysis.summaries as package
from topline.analysis.summaries.summary import Summary


@cache
def summaries() -> Mapping[str, Summary]:
    """Give every summary by its name.

    Examples
    --------
    >>> summaries()["mean"].measure_type
    'MEAN'
    """
    found = {}
    for module in pkgutil.iter_modules(package.__path__):
        loaded = importlib.import_module(f"{package.__name__}.{module.name}")
        summary = getattr(loaded, "SUMMARY", None)
        if isinstance(summary, Summary):
            found[summary.name] = summary
    return MappingProxyType(dict(sorted(found.items())))
