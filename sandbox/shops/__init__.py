"""The demo shops: seeded POS databases in the shape of the systems that Tillpost is made for, to try it with nothing of one's own."""

from sandbox.shops.create import DEFAULT_SEED, create_shops

__all__ = ["DEFAULT_SEED", "create_shops"]
