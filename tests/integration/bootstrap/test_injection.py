"""What is loaded with the container library, and what is not."""

import subprocess
import sys

import pytest

_LOOK = """
import sys
import tresen.bootstrap.container
assert "dependency_injector" in sys.modules
assert not {"pydantic", "pydantic_settings"} & set(sys.modules), "loaded in vain"
import pydantic, pydantic_settings
"""


def test_pydantic_is_not_loaded_and_can_still_be() -> None:
    pytest.importorskip("pydantic_settings")
    done = subprocess.run([sys.executable, "-c", _LOOK], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
