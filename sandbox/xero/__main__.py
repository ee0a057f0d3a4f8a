"""`python -m sandbox.xero --db FILE`: serve the local Xero until it is interrupted."""

from __future__ import annotations

import argparse
from pathlib import Path

from sandbox.xero.serving import bound_socket, server_of


def main() -> None:
    """Read the arguments, say where it listens, serve."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.xero", description="A local stand-in for Xero. It is not Xero.")
    parser.add_argument("--db", type=Path, required=True, help="the SQLite file that keeps everything; made if it is not there")
    parser.add_argument("--host", default="127.0.0.1", help="where to listen (default 127.0.0.1; the admin API has no login)")
    parser.add_argument("--port", type=int, default=0, help="the port (default 0: a free one)")
    parser.add_argument("--port-file", type=Path, help="write the port into this file once it listens")
    arguments = parser.parse_args()
    listening = bound_socket(arguments.host, arguments.port)
    server = server_of(arguments.db)
    port = listening.getsockname()[1]
    print(f"Local stand-in for Xero (it is not Xero): http://{arguments.host}:{port}", flush=True)
    if arguments.port_file:
        partial = arguments.port_file.with_name(f"{arguments.port_file.name}.partial")
        partial.write_text(f"{port}\n", encoding="utf-8")
        partial.replace(arguments.port_file)
    server.run([listening])


if __name__ == "__main__":
    main()
