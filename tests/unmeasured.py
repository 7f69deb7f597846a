"""Where processes are started to be killed, or to race each other, nobody asks which lines they went through."""

import os


def environment() -> dict[str, str]:
    """Ours, without the order to measure coverage.

    Who is killed tells nothing of it anyway, and being measured nearly doubles what such a test takes; what runs there
    is measured where each part of it is tested.
    """
    return {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_PROCESS_")}
