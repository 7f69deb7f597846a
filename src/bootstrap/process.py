"""What a process of ours sets up once for itself; embedders decide for theirs."""

import gc

# A sync makes some twenty short-lived objects a record and no cycles: looking for cycles every 700 objects, as is the
# default, cost a tenth of its time.
_YOUNG, _MIDDLE, _OLD = 20_000, 20, 50


def tune_garbage_collection() -> None:
    """Look for cycles more seldom, and never again among what is loaded by now."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
