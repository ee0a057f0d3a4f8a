"""Who delivers what to the demo sites, and the purchases worth looking at: a credit, one entered days late, one paid from the till."""

from __future__ import annotations

from random import Random

from sandbox.shops.dates import day
from sandbox.shops.supplies import FOOD, GIFTWARE, LIQUOR, PACKAGING, Delivery, Goods, Purchase, weekly

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY = range(6)

WEEKLY = {
    "cafe": (
        Delivery(
            "FRESH", MONDAY, "INV-",
            (Goods(FOOD, "Prepared food", 41_250, quantity=6), Goods(FOOD, "Fruit and vegetables", 28_400, "FRE", 9)), 1650, 550,
        ),
        Delivery("FRESH", FRIDAY, "INV-9", (Goods(FOOD, "Bread and milk", 17_320, "FRE", 12), Goods(FOOD, "Sauces", 6490)), 1100),
        Delivery("PAPERCO", WEDNESDAY, "PP-", (Goods(PACKAGING, "Cups and lids", 13_200, quantity=4),), 880),
        Delivery("CASHMKT", THURSDAY, "M", (Goods(FOOD, "Herbs", 3300),)),
    ),
    "bottleshop": (
        Delivery("VINTNERS", TUESDAY, "YV-", (Goods(LIQUOR, "Wine, mixed cases", 184_800, quantity=14),), 4400, 1100),
        Delivery("BREWHUB", FRIDAY, "BH", (Goods(LIQUOR, "Beer and cider", 126_500, quantity=22), Goods(FOOD, "Snacks", 9900)), 3300),
    ),
    "ponsonby": (
        Delivery("HARVEST", MONDAY, "HH-", (Goods(FOOD, "Deli goods", 69_000, quantity=11), Goods(FOOD, "Produce", 23_115)), 1725),
        Delivery("HARVEST", FRIDAY, "HH-9", (Goods(FOOD, "Bread and dairy", 20_470), Goods(GIFTWARE, "Honey", 27_600)), 1150, 575),
        Delivery("TUIPAPER", WEDNESDAY, "TP", (Goods(PACKAGING, "Takeaway boxes", 11_500, quantity=5),)),
        Delivery("STALL", SATURDAY, "S", (Goods(FOOD, "Mushrooms", 4600),)),
    ),
}  # fmt: skip

SINGLE = {
    "cafe": (
        Purchase(
            "FRESH", "CR-310", day("09-18"), (Goods(FOOD, "Spoilt avocados returned", 4400, "FRE"), Goods(FOOD, "Cake", 2200)), doc_type="C"
        ),
        Purchase("PAPERCO", "PP-6990", day("09-10"), (Goods(PACKAGING, "Napkins, entered late", 7700),), days_late=11),
        Purchase("FRESH", "INV-7900", day("10-08"), (Goods(FOOD, "Cakes, paid from the till", 6600),), paid=True),
        Purchase("FRESH", "INV-7700", day("09-30"), (Goods(FOOD, "Month end order", 22_000),), days_late=2),
    ),
    "bottleshop": (
        Purchase("VINTNERS", "C-77", day("09-24"), (Goods(LIQUOR, "Corked wine returned", 13_200),), doc_type="C"),
        Purchase("VINTNERS", "YV-6950", day("10-01"), (Goods(LIQUOR, "Sparkling, three boxes", 39_600),), freight_cents=1100, days_late=1),
        Purchase("BREWHUB", "BH6001", day("09-30"), (Goods(LIQUOR, "Spring seasonal", 33_000),), freight_cents=1650, days_late=6),
    ),
    "ponsonby": (
        Purchase("HARVEST", "HC-12", day("10-05"), (Goods(FOOD, "Short delivery", 3450),), doc_type="C"),
        Purchase("TUIPAPER", "TP6850", day("10-02"), (Goods(PACKAGING, "Paper bags", 5750),), freight_cents=575),
        Purchase("TUIPAPER", "TP6800", day("09-29"), (Goods(PACKAGING, "Gift bags", 8050),), days_late=8, paid=True),
    ),
}


def purchases_of(site: str, rng: Random) -> list[Purchase]:
    """All purchases of a site, in the order in which they are entered."""
    regular = [purchase for delivery in WEEKLY[site] for purchase in weekly(rng, delivery)]
    return sorted([*regular, *SINGLE[site]], key=lambda p: (p.invoice_date, p.supplier, p.number))
