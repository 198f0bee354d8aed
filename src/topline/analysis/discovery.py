"""Registries by discovery: each module of a package that declares a certain name is an entry."""

import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType, ModuleType
from typing import Protocol, TypeVar


class Named(Protocol):
    """What a registry holds: something with a name."""

    @property
    def name(self) -> str:
        """The name."""


Entry = TypeVar("Entry", bound=Named)


def discover(package: ModuleType, declared: str, kind: type[Entry]) -> Mapping[str, Entry]:
    """Collect what the modules of a package declare, by name in alphabetical order.

    Parameters
    ----------
    package
        The package; its direct modules are imported.
    declared
        The name that a module gives its entry, such as ``SUMMARY``.
    kind
        The type of an entry.

    Examples
    --------
    >>> import topline.analysis.summaries as package
    >>> from topline.analysis.summaries.summary import Summary
    >>> "mean" in discover(package, "SUMMARY", Summary)
    True
    """
    found: dict[str, Entry] = {}
    for module in pkgutil.iter_modules(package.__path__):
        loaded = importlib.import_module(f"{package.__name__}.{module.name}")
        entry = getattr(loaded, declared, None)
        if isinstance(entry, kind):
            found[entry.name] = entry
    return MappingProxyType(dict(sorted(found.items())))
