"""The tutorials' commands run in the order of their page and say what the page says."""

import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from .pages import DOCS, ROOT, Block, blocks

# The pages, and the ports of the servers that each of them starts.
PAGES = {
    DOCS / "tutorial/first-sync.md": ("8811", "8000"),
    DOCS / "tutorial/practise-decisions.md": ("8811",),
}
MARK = "=== step"

# A server says "ready" on its first line; the shell waits for that line and then goes on.
SERVE = """
mkfifo {pipe}
{command} > {pipe} &
exec {number}< {pipe}
read -r line <&{number}
echo "$line"
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def steps_of(page: Path) -> Sequence[Block]:
    """The page's console blocks, on ports that are free here."""
    ports = {fixed: str(free_port()) for fixed in PAGES[page]}
    return [
        Block(
            language=block.language,
            marks=block.marks,
            text=re.sub("|".join(ports), lambda found: ports[found[0]], block.text),
            line=block.line,
        )
        for block in blocks(page)
        if block.language == "console"
    ]


def commands(block: Block) -> Sequence[str]:
    return [line.removeprefix("$ ") for line in block.text.splitlines() if line.startswith("$ ")]


def said(block: Block) -> Sequence[str]:
    return [line for line in block.text.splitlines() if not line.startswith("$ ")]


def script(steps: Sequence[Block]) -> Iterator[str]:
    yield "set -euo pipefail"
    yield "trap 'kill $(jobs -p) 2> /dev/null || true' EXIT"
    for number, step in enumerate(steps):
        yield f"echo '{MARK} {number}'"
        for command in commands(step):
            is_server = "serve" in step.marks
            yield SERVE.format(pipe=f"pipe{number}", command=command, number=10 + number) if is_server else command


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_works_and_says_what_the_page_says(page: Path, tmp_path: Path) -> None:
    steps = steps_of(page)
    shell = shutil.which("bash")
    if shell is None or shutil.which("curl") is None:
        pytest.skip("the tutorial asks for bash and curl")
    done = subprocess.run(
        [shell],
        input="\n".join(script(steps)),
        cwd=tmp_path,
        env={"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "HOME": str(tmp_path), "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    outputs = re.split(rf"^{MARK} \d+\n", done.stdout, flags=re.MULTILINE)[1:]
    for step, output in zip(steps, outputs, strict=False):
        assert matches(said(step), output), f"{page.name}:{step.line}\n{output}\n{done.stderr[-4000:]}"
    assert done.returncode == 0, done.stderr[-4000:]
    assert len(outputs) == len(steps)


def test_what_a_tutorial_leaves_behind_is_no_part_of_the_project() -> None:
    """The folders that their readers make in the clone."""
    folders = {folder for page in PAGES for folder in re.findall(r'TRESEN_DATA_DIR="\$PWD/([^"]+)"', page.read_text())}
    assert folders == {"first-sync", "practice"}
    assert {f"{folder}/" for folder in folders} <= set((ROOT / ".gitignore").read_text().splitlines())


def matches(expected: Sequence[str], output: str) -> bool:
    """Whether the output is what is expected; ``…`` stands for anything, a line of it alone for any lines."""
    pattern = "".join(
        r"(?:.*\n)*?" if line == "…" else re.escape(line.rstrip()).replace("…", ".*") + r" *\n?" for line in expected
    )
    return re.fullmatch(pattern, output) is not None


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_page_starts_its_servers_and_runs_the_rest(page: Path) -> None:
    marks = [block.marks for block in blocks(page) if block.language == "console"]
    assert all(mark in (["run"], ["serve"]) for mark in marks)
    assert marks.count(["serve"]) == len(PAGES[page])


@pytest.mark.parametrize(
    ("expected", "output", "fits"),
    [
        (["a … c"], "a b c\n", True),
        (["a"], "a\nb\n", False),
        (["…", "b"], "a\na\nb\n", True),
        (["a"], "", False),
        ([], "a\n", False),
    ],
)
def test_outputs_are_compared_line_by_line(expected: Sequence[str], output: str, *, fits: bool) -> None:
    assert matches(expected, output) is fits
