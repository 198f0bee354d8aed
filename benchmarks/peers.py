"""The packages that topline is measured beside: `make bench` installs them, nothing else needs them."""

import functools
import importlib
import importlib.util
import sys
from typing import Any


@functools.cache
def installed(package: str) -> bool:
    """Whether a peer is there; where it is not, standard error says once that its lines are left out."""
    found = importlib.util.find_spec(package) is not None
    if not found:
        print(
            f"{package} is not installed: what is measured beside it is left out (`make bench` installs it)",
            file=sys.stderr,
        )
    return found


def peer(module: str) -> Any:
    """Import a module of a peer, or give ``None`` where the peer is not installed."""
    return importlib.import_module(module) if installed(module.partition(".")[0]) else None
