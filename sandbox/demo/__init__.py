"""The demo: two trading nights of the demo shops through the project's own DAGs, and what comes of them. ``python -m sandbox.demo``."""
