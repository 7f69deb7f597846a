"""A fixed set of seeds: what must hold does, whatever happens in them. ``make simulate`` takes thousands."""

import pytest

from tresen.adapters.simulation.draw import draw
from tresen.adapters.simulation.simulate import simulate

# Their cases touch what other tests cover, many thousand times: watching them would only take time.
pytestmark = pytest.mark.no_cover

AT_ONCE, SEEDS = 10, 60


@pytest.mark.parametrize("first", range(0, SEEDS, AT_ONCE))
async def test_everything_holds(first: int) -> None:
    for seed in range(first, first + AT_ONCE):
        outcome = await simulate(draw(seed))
        assert not outcome.broken, f"seed {seed}; tresen simulate --seed {seed} makes it short"
