"""``python -m sandbox.shops --into DIR [--seed N]`` writes the demo shops' databases."""

from __future__ import annotations

import argparse
from pathlib import Path

from sandbox.shops.create import DEFAULT_SEED, create_shops


def main() -> None:
    """Read the command line and write the databases."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.shops", description="Write the demo shops' POS databases (SQLite).")
    parser.add_argument("--into", type=Path, required=True, metavar="DIR", help="folder for the databases; made if it is not there")
    parser.add_argument(
        "--seed", type=int, default=DEFAULT_SEED, metavar="N", help="another seed gives other everyday trade (default %(default)s)"
    )
    options = parser.parse_args()
    create_shops(options.into, options.seed)
    for file in sorted(options.into.glob("*.sqlite")):
        print(file)


if __name__ == "__main__":
    main()
