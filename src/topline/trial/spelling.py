"""The nearest spelling: what somebody probably meant by a name that does not exist."""

from collections.abc import Iterable
from difflib import SequenceMatcher

LONGEST = 100
"""Names longer than this are compared by their beginning: [characters]."""
MOST = 2_000
"""At most so many candidates are compared, which bounds the time."""
LIKE_ENOUGH = 0.6
"""Names less alike than this are no help: [share of characters in common]."""


def nearest(
    found: str, candidates: Iterable[str], *, like_enough: float = LIKE_ENOUGH
) -> str | None:
    """Find the candidate that is spelled most like what was found.

    Upper and lower case, blanks, hyphens and underscores do not count. Of equally near candidates
    the first is taken.

    Parameters
    ----------
    found
        The name that does not exist.
    candidates
        The names that do; at most :data:`MOST` of them are compared.
    like_enough
        Which share of the characters must be in common, from 0 to 1.

    Returns
    -------
    str or None
        The nearest, or ``None`` where none is near.

    Examples
    --------
    >>> nearest("Summery", ["title", "summary", "unit"])
    'summary'
    >>> nearest("per-protocol", ["ITT", "PER PROTOCOL"])
    'PER PROTOCOL'
    >>> nearest("zzz", ["title"]) is None
    True
    """
    wanted = _letters(found)
    if not wanted:
        return None
    best: str | None = None
    best_likeness = like_enough
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(wanted)
    for _, candidate in zip(range(MOST), candidates, strict=False):
        matcher.set_seq1(_letters(candidate))
        if matcher.real_quick_ratio() < best_likeness or matcher.quick_ratio() < best_likeness:
            continue
        likeness = matcher.ratio()
        if likeness > best_likeness or (best is None and likeness >= best_likeness):
            best, best_likeness = candidate, likeness
    return best


def _letters(name: str) -> str:
    plain = name[:LONGEST].casefold()
    return plain.replace(" ", "").replace("-", "").replace("_", "")
