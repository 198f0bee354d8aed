"""The registry of derivations: each module of this package that declares ``DERIVATION`` is one."""

from collections.abc import Mapping
from functools import cache

import topline.analysis.derive as package
from topline.analysis.derive.derivation import Derivation
from topline.analysis.discovery import discover


@cache
def derivations() -> Mapping[str, Derivation]:
    """Give every derivation by its name, in the order in which a row's estimates are listed.

    Examples
    --------
    >>> list(derivations())[:2]
    ['proportion', 'risk_difference']
    """
    found = discover(package, "DERIVATION", Derivation)
    return dict(sorted(found.items(), key=lambda entry: entry[1].place))
