"""Builds wheel and sdist, installs the wheel into an empty environment and imports it. Run by ``make check``."""

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROBE = """
import importlib.metadata, pathlib, tresen.domain, tresen.application, tresen.bootstrap.cli
home = pathlib.Path(tresen.domain.__file__).parents[1]
assert (home / "py.typed").exists(), "py.typed is missing"
assert list(home.rglob("migrations/versions/*.py")), "migrations are missing"
assert list(home.rglob("*.html")), "templates are missing"
print("tresen", importlib.metadata.version("tresen"), "imports from its wheel")
"""


def run(*command: str | Path) -> None:
    """Run it, quiet unless it fails."""
    done = subprocess.run([str(c) for c in command], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    sys.stdout.write(done.stdout if command[-1] == PROBE or command[-1] == "--version" else "")


def main() -> None:
    """Exit status 0 when the packages work."""
    with tempfile.TemporaryDirectory(prefix="tresen-packages-") as folder:
        dist, env = Path(folder) / "dist", Path(folder) / "env"
        run(sys.executable, "-m", "build", "--outdir", dist, ".")
        wheel, sdist = next(dist.glob("*.whl")), next(dist.glob("*.tar.gz"))
        venv.create(env, with_pip=True)
        run(env / "bin/python", "-m", "pip", "install", "--quiet", "-c", ROOT / "constraints.txt", wheel)
        run(env / "bin/python", "-I", "-c", PROBE)
        run(env / "bin/tresen", "--version")
        run(env / "bin/tresen", "demo", "--once")
        sys.stdout.write(f"built {wheel.name} and {sdist.name}\n")


if __name__ == "__main__":
    main()
