"""A package: a membership that can be bought."""

import attrs

from ..shared.money import Money


@attrs.frozen(kw_only=True)
class Package:
    """One offer of a gym (W6). ``id`` is the provider's; ``price`` is per month where it is known."""

    id: str
    name: str
    kind: str | None = None
    price: Money | None = None
    commitment: str | None = None
