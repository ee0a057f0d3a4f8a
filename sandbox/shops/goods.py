"""What the demo sites sell: sales categories, departments and stock items. Prices and costs in cents, GST included where it applies.

Basic food is GST-free in Australia and taxed in New Zealand; there a parcel sent overseas is zero-rated. VAPES is the category that
nobody told the accountant about.
"""

from __future__ import annotations

from sandbox.shops.receipts import Item

CATEGORIES = {
    "FOOD": "Food",
    "BEVERAGE": "Beverage",
    "WINE": "Wine",
    "BEER": "Beer and cider",
    "SPIRITS": "Spirits",
    "GIFTWARE": "Giftware",
    "VAPES": "Vapes",
}
DEPARTMENTS = {
    1: ("Kitchen", "FOOD"),
    2: ("Bakery", "FOOD"),
    3: ("Pantry", "FOOD"),
    4: ("Coffee", "BEVERAGE"),
    5: ("Bar", "BEVERAGE"),
    6: ("Wine", "WINE"),
    7: ("Beer and cider", "BEER"),
    8: ("Spirits", "SPIRITS"),
    9: ("Snacks", "FOOD"),
    10: ("Water", "BEVERAGE"),
    11: ("Deli counter", "FOOD"),
    12: ("Giftware", "GIFTWARE"),
    13: ("Vapes", "VAPES"),
}

CAFE = (
    Item("1001", "Smashed avocado", 1, 1950, 640),
    Item("1002", "Eggs any way", 1, 1650, 480),
    Item("1003", "Soup of the day", 1, 1490, 390),
    Item("1004", "Burger and chips", 1, 2290, 790),
    Item("1005", "Breakfast for two", 1, 5000, 1700, often=0),
    Item("1006", "Catering platter", 1, 6850, 2500, often=0),
    Item("1011", "Croissant", 2, 620, 190),
    Item("1012", "Muffin", 2, 575, 160),
    Item("1021", "Sourdough loaf", 3, 890, 350, "FRE", often=2),
    Item("1022", "Milk 2 L", 3, 465, 310, "FRE", often=2),
    Item("1023", "Coffee beans", 3, 5200, 2600, "FRE", often=1, weighed=True),
    Item("1031", "Flat white", 4, 520, 110, often=9),
    Item("1032", "Long black", 4, 480, 90, often=6),
    Item("1033", "Chai", 4, 575, 130),
    Item("1041", "House wine, glass", 5, 1150, 320),
    Item("1042", "Pint of pale ale", 5, 1390, 410),
    Item("1043", "Negroni", 5, 2150, 560, often=2),
)
BOTTLESHOP = (
    Item("2001", "Shiraz 2023", 6, 2199, 1250),
    Item("2002", "Pinot noir 2024", 6, 3250, 1890),
    Item("2003", "Chardonnay 2024", 6, 1899, 1040),
    Item("2004", "Sparkling brut", 6, 2599, 1480),
    Item("2005", "Cellar release, six in a box", 6, 36000, 22500, often=0),
    Item("2006", "Festive hamper", 6, 18000, 11800, often=0),
    Item("2011", "Pale ale, six cans", 7, 2399, 1510, often=7),
    Item("2012", "Lager, carton", 7, 5799, 4090),
    Item("2013", "Dry cider, four bottles", 7, 1849, 1120),
    Item("2021", "Gin 700 mL", 8, 7690, 5210, often=2),
    Item("2022", "Blended whisky 700 mL", 8, 5499, 3980, often=2),
    Item("2031", "Potato crisps", 9, 549, 260),
    Item("2032", "Salted nuts", 9, 713, 330),
    Item("2041", "Spring water 1.5 L", 10, 317, 120, "FRE"),
    Item("2099", "Vape starter kit", 13, 3995, 2100, often=0),
)
PONSONBY = (
    Item("3001", "Big breakfast", 1, 2850, 980),
    Item("3002", "Fish of the day", 1, 3450, 1320),
    Item("3003", "Cheese scone", 2, 690, 180, often=6),
    Item("3011", "Aged cheddar", 11, 4495, 2560, often=3, weighed=True),
    Item("3012", "Prosciutto", 11, 8990, 5100, often=2, weighed=True),
    Item("3013", "Marinated olives", 11, 3290, 1450, often=3, weighed=True),
    Item("3021", "Flat white", 4, 575, 120, often=9),
    Item("3022", "Batch brew", 4, 500, 80, often=5),
    Item("3031", "Sauvignon blanc, glass", 5, 1450, 390),
    Item("3032", "Craft lager, pint", 5, 1395, 430),
    Item("3033", "Espresso martini", 5, 2295, 610, often=2),
    Item("3041", "Manuka honey 250 g", 12, 4295, 2350, often=2),
    Item("3042", "Tea towel, tui", 12, 2495, 1010, often=2),
    Item("3043", "Gift box sent overseas", 12, 12000, 6400, "FRE", often=0),
    Item("3044", "Merino throw", 12, 24000, 13900, often=0),
)
