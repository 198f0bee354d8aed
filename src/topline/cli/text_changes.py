"""Where two long texts differ, told in one line amid what they share."""

_CONTEXT = 40
"""What two texts share is told to this length on either side of what differs [characters]."""


def changes(before: str, after: str) -> str:
    """Tell where two texts differ: ``[-what went-]`` and ``{+what came+}`` amid what they share.

    Examples
    --------
    >>> changes("as the investigator judged it", "as the reader judged it")
    'as the [-investigator-]{+reader+} judged it'
    """
    from topline.record.text_difference import text_pieces

    pieces = text_pieces(before, after)
    told = []
    for place, piece in enumerate(pieces):
        if piece.is_shared:
            told.append(_abridged(piece.before, first=place == 0, last=place == len(pieces) - 1))
        else:
            told.append(f"[-{piece.before}-]" if piece.before else "")
            told.append(f"{{+{piece.after}+}}" if piece.after else "")
    return "".join(told).replace("\n", "\\n")


def _abridged(shared: str, *, first: bool, last: bool) -> str:
    start = "" if first else shared[:_CONTEXT]
    end = "" if last else shared[len(shared) - _CONTEXT :]
    return shared if len(start) + len(end) >= len(shared) else f"{start}…{end}"
