"""Prints one line per figure: ``name: value unit, ratio to what``. Ratios are within this run; names given as arguments choose modules."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

from tests.benchmarks import building, extracting, night, posting, posting_year, quota_use, serving
from tests.benchmarks.figures import Figure

BENCHMARKS: dict[str, Callable[[], Iterator[Figure]]] = {
    "extracting": extracting.figures,
    "building": building.figures,
    "night": night.figures,
    "serving": serving.figures,
    "posting": posting.figures,
    "posting_year": posting_year.figures,
    "quota": quota_use.figures,
}


def main(names: list[str]) -> int:
    """Run the named benchmarks, or all; 2 if one is not known."""
    unknown = sorted(set(names) - set(BENCHMARKS))
    if unknown:
        print(f"no benchmark is called {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    for name in names or BENCHMARKS:
        for figure in BENCHMARKS[name]():
            print(figure, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
