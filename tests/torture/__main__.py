"""``python -m tests.torture [--schedules N] [--seed FIRST] [--jobs J]``: run schedules; a failure prints its seed and its story."""

from __future__ import annotations

import argparse
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed

from tests.torture.story import rehearsed, run_story

BATCH = 20


def run_batch(seeds: range) -> list[str]:
    """Run these schedules; what went wrong in each that failed."""
    wrong = []
    with rehearsed() as played:
        for seed in seeds:
            try:
                run_story(seed, played)
            except AssertionError as error:
                wrong.append(str(error))
    return wrong


def main() -> int:
    """Run, and say how many failed; 1 if any did."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description="Random schedules against the poster.")
    parser.add_argument("--schedules", type=int, default=1_000, help="how many (default 1,000)")
    parser.add_argument("--seed", type=int, help="run this one alone, and tell its story")
    parser.add_argument("--first", type=int, default=0, help="the first seed (default 0)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes at once (default: the machine's)")
    asked = parser.parse_args()
    if asked.seed is not None:
        with rehearsed() as played:
            print("\n".join(run_story(asked.seed, played).told))
        return 0
    seeds = range(asked.first, asked.first + asked.schedules)
    batches = [seeds[start : start + BATCH] for start in range(0, len(seeds), BATCH)]
    begun, done, failed = time.monotonic(), 0, 0
    with ProcessPoolExecutor(asked.jobs) as pool:
        for finished in as_completed({pool.submit(run_batch, batch): len(batch) for batch in batches}):
            for told in finished.result():
                failed += 1
                print(f"{told}\n", flush=True)
            done += 1
    print(f"{len(seeds)} schedules, {failed} failed, {time.monotonic() - begun:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
