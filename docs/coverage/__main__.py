"""Compute every table, several at once, and write the page."""

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from docs.coverage.page import PAGE, coverage_page
from docs.coverage.sections import REASONS, SECTIONS, compute


def main() -> None:
    """Write the page."""
    # Matrices here are small: threads of linear algebra would only get in each other's way.
    for library in ("OPENBLAS", "OMP", "MKL"):
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as processes:
        tables = dict(zip(SECTIONS, processes.map(compute, SECTIONS), strict=True))
    PAGE.write_text(coverage_page(tables, SECTIONS, REASONS), encoding="utf-8")
    print(f"wrote {PAGE}")


if __name__ == "__main__":
    main()
