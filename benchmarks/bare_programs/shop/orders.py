"""Orders of several items."""

from dataclasses import dataclass, field
from decimal import Decimal

from . import prices


@dataclass
class Item:
    """One line of an order."""

    kind: str
    net: Decimal


@dataclass
class Order:
    """What somebody wants."""

    items: "list[Item]" = field(default_factory=list)

    def total(self) -> Decimal:
        """All its items with tax."""
        return sum((prices.gross(item.net, item.kind) for item in self.items), Decimal(0))


def total(count: int) -> int:
    """What some orders cost together, in cents."""
    cents = 0
    for number in range(count):
        order = Order([Item("book" if step % 2 else "tool", Decimal(number + step) / 4) for step in range(25)])
        cents += int(order.total() * 100)
    return cents
