"""What the shop sells: shelf prices in exact decimals, and taxes as the till keeps them, one of them with two children."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Leaf:
    """A tax that stands on a receipt: ``cascades``: computed on the price with the taxes before it."""

    key: str
    rate: float
    cascades: bool = False


@dataclass(frozen=True, slots=True)
class Tax:
    """A tax of an article: itself or its children; ``percent`` is what they come to together."""

    key: str
    percent: int
    leaves: tuple[Leaf, ...]


@dataclass(frozen=True, slots=True)
class Product:
    """An article with its shelf price, tax included."""

    key: str
    name: str
    category: str
    tax: Tax
    shelf: Decimal

    @property
    def price(self) -> float:
        """The price without tax as the till keeps it: a double of full precision."""
        return float(self.shelf) / (1 + self.tax.percent / 100)

    @property
    def cost(self) -> float:
        """What it is bought for, without tax."""
        return round(self.price * 0.55, 4)


STANDARD = Tax("t-std", 20, (Leaf("t-std", 0.2),))
REDUCED = Tax("t-red", 5, (Leaf("t-red", 0.05),))
ZERO = Tax("t-zero", 0, (Leaf("t-zero", 0.0),))
BAR = Tax("t-bar", 20, (Leaf("t-bar-a", 0.125), Leaf("t-bar-b", 1.2 / 1.125 - 1, cascades=True)))
TAXES = (STANDARD, REDUCED, ZERO, BAR)

LOAF = Product("p-loaf", "Loaf", "Food", ZERO, Decimal("2.85"))
PASTY = Product("p-pasty", "Pasty", "Food", STANDARD, Decimal("3.99"))
CRISPS = Product("p-crisps", "Crisps", "Food", STANDARD, Decimal("1.15"))
FUEL = Product("p-fuel", "Fuel log", "General", REDUCED, Decimal("5.49"))
TORCH = Product("p-torch", "Torch", "General", STANDARD, Decimal("12.99"))
MAP = Product("p-map", "Map", "General", ZERO, Decimal("8.99"))
PINT = Product("p-pint", "Pint", "Bar", BAR, Decimal("5.65"))
CIDER = Product("p-cider", "Cider", "Bar", BAR, Decimal("4.95"))
PRODUCTS = (LOAF, PASTY, CRISPS, FUEL, TORCH, MAP, PINT, CIDER)
