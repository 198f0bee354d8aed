"""The table of ``topline stat`` laid out for a terminal: results in rows, the last column in words."""

from collections.abc import Mapping, Sequence

from topline.cli.terminal import known_width, width
from topline.render.text_lines import width_of, wrapped

_GAP = "  "
_NARROWEST_METHOD = 24
"""Words are broken within a column of at least this width [columns]."""


def laid_out(
    titles: tuple[str, ...], cells: Sequence[tuple[str, ...]], tests: Sequence[bool]
) -> list[str]:
    """Lay results out as one table.

    Where the terminal is too narrow for it, the methods follow the numbers, then tests the estimates, and where no
    row fits either, the numbers stand below their names.

    Parameters
    ----------
    titles
        Of the columns; those in which nothing stands are left out.
    cells
        The results: a name, numbers, and the method.
    tests
        Which of them are tests.

    Examples
    --------
    >>> laid_out(("", "p", "method"), [("test", "0.03", "z test")], [True])
    ['         p  method', 'test  0.03  z test']
    """
    known = known_width()
    used, widths = _measured(titles, cells)
    numbers = sum(widths[place] + len(_GAP) for place in used[:-1])
    if known is None or min(widths[used[-1]], _NARROWEST_METHOD) <= known - numbers:
        return _one_table((titles, *cells), used, widths, width() - numbers)
    parts = [
        [line for line, is_test in zip(cells, tests, strict=True) if is_test is wanted]
        for wanted in (False, True)
    ]
    for split in ([cells], parts):
        tables = [_numbers_alone(titles, part) for part in split if part]
        if all(width_of(line) <= known for table in tables for line in table):
            return [line for table in tables for line in (*table, "")] + _methods(cells, known)
    return [line for row in cells for line in _stacked(titles, row, used, known)] + _methods(
        cells, known
    )


def _measured(
    titles: tuple[str, ...], cells: Sequence[tuple[str, ...]]
) -> tuple[list[int], dict[int, int]]:
    """Return the columns that hold anything, and how wide they are."""
    used = [
        place for place, _ in enumerate(titles) if place == 0 or any(line[place] for line in cells)
    ]
    return used, {place: max(width_of(line[place]) for line in (titles, *cells)) for place in used}


def _numbers_alone(titles: tuple[str, ...], cells: Sequence[tuple[str, ...]]) -> list[str]:
    used, widths = _measured(titles, [(*line[:-1], "") for line in cells])
    return [
        _GAP.join(_aligned(line[place], widths[place], place) for place in used).rstrip()
        for line in (titles, *cells)
    ]


def _one_table(
    cells: Sequence[tuple[str, ...]], used: Sequence[int], widths: Mapping[int, int], room: int
) -> list[str]:
    last = used[-1]
    lines: list[str] = []
    for line in cells:
        parts = [_aligned(line[place], widths[place], place) for place in used[:-1]]
        before = _GAP.join(parts)
        words = wrapped(line[last], room) if room >= _NARROWEST_METHOD else [line[last]]
        lines.append(f"{before}{_GAP}{words[0]}".rstrip())
        lines += [f"{' ' * len(before)}{_GAP}{more}" for more in words[1:]]
    return lines


def _methods(cells: Sequence[tuple[str, ...]], columns: int) -> list[str]:
    """Say by which method each result was computed, each method once."""
    of: dict[str, list[str]] = {}
    for line in cells:
        of.setdefault(line[-1], []).append(line[0])
    return [
        line
        for method, names in of.items()
        for line in hanging(f"{'; '.join(names)}: {method}", columns)
    ]


def _stacked(
    titles: tuple[str, ...], cells: tuple[str, ...], used: Sequence[int], columns: int
) -> list[str]:
    """Lay the numbers of one result out below its name."""
    told = [f"{titles[place]} {cells[place]}" for place in used[1:-1] if cells[place]]
    return [*wrapped(cells[0], columns), *wrapped(", ".join(told), columns, _GAP)]


def _aligned(text: str, columns: int, place: int) -> str:
    blanks = " " * (columns - width_of(text))
    return text + blanks if place == 0 else blanks + text


def hanging(text: str, columns: int) -> list[str]:
    """Break a text into lines, all but the first of them indented.

    Examples
    --------
    >>> hanging("no longer meets criteria", 12)
    ['no longer', '  meets', '  criteria']
    """
    first, *others = wrapped(text, columns - len(_GAP))
    return [first, *(f"{_GAP}{line}" for line in others)]
