"""One measured figure beside its reference of the same run."""

import statistics
from collections.abc import Iterable

import attrs


@attrs.frozen(kw_only=True)
class Figure:
    """``reference`` names what it is held against (a floor, a peer, an aim); ``ratio`` is value / reference."""

    name: str
    unit: str
    value: float
    reference: str
    reference_value: float

    @property
    def ratio(self) -> float:
        """Below 1 is better than the reference."""
        return self.value / self.reference_value

    def row(self) -> tuple[str, ...]:
        """For the table."""
        return (
            self.name,
            f"{self.value:.3f}",
            self.unit,
            self.reference,
            f"{self.reference_value:.3f}",
            f"{self.ratio:.2f}",
        )

    def as_json(self) -> dict[str, str | float]:
        """For bench.json."""
        return {**attrs.asdict(self), "ratio": self.ratio}


def median(values: Iterable[float]) -> float:
    """The middle one."""
    return statistics.median(values)
