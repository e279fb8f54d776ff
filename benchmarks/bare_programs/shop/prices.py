"""What things cost."""

from decimal import Decimal

RATES = {"book": Decimal("0.07"), "tool": Decimal("0.19")}


def gross(net: Decimal, kind: str) -> Decimal:
    """The price with its tax."""
    return (net * (1 + RATES[kind])).quantize(Decimal("0.01"))
