"""What somebody is about to buy."""

from .prices import PRICES
from .tax import with_tax


class Basket:
    def __init__(self, articles=("bread", "book", "lamp")):
        self.articles = list(articles) * 100

    def total(self):
        return sum(with_tax(article, PRICES[article]) for article in self.articles)


def filled(size):
    return Basket(["lamp"] * size)
