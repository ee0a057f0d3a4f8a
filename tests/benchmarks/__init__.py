"""Benchmarks: ``python -m tests.benchmarks`` prints one line per figure. Nothing here asserts a time."""
