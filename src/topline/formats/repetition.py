"""A bound on how much a document grows where texts are repeated beside each number.

A table repeats titles in every row. A record made to harm may have one title of many megabytes and as
many rows; real ones have titles of at most some thousand characters.
"""

from collections.abc import Collection

from topline.errors import LimitError
from topline.record.cells import Leaf

MOST_CHARACTERS = 2**33
"""The longest text in as many rows as there are leaves is no longer; real records stay far below."""


def check_repetition(leaves: Collection[Leaf], place: str) -> None:
    """Make sure that repeating any text beside each number of a study makes no endless document.

    Parameters
    ----------
    leaves
        All leaves of the study's results.
    place
        Where the study was found.

    Raises
    ------
    LimitError
        If it would.

    Examples
    --------
    >>> check_repetition([], "a.json")
    """
    longest = max(leaves, key=lambda leaf: len(leaf.text), default=None)
    if longest is not None and len(longest.text) * len(leaves) > MOST_CHARACTERS:
        raise LimitError(
            f"a text of {len(longest.text)} characters would be repeated beside up to {len(leaves)} "
            "numbers",
            where=f"{place}, {longest.address}",
            accepted=f"{MOST_CHARACTERS} characters in all",
            advice="convert to api-json, which repeats nothing",
        )
