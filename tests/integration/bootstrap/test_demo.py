"""The demo, as a stranger runs it: a process of its own, on the event loop that the product uses."""

import re
import shlex
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tresen.adapters.emulators.calcom import CalcomEmulator
from tresen.adapters.emulators.faults import Fault, FaultRule
from tresen.adapters.emulators.wodify import WodifyEmulator
from tresen.bootstrap import demo as demo_module
from tresen.bootstrap.demo import demo
from tresen.domain.shared.errors import InvalidValue, NotConfigured, TresenError
from tresen.entrypoints.runtime import DemoOptions

from .paper import Paper

TRESEN = str(Path(sys.executable).with_name("tresen"))


def test_once_syncs_everything_prints_the_summary_and_exits_0(tmp_path: Path) -> None:
    done = subprocess.run(
        [TRESEN, "demo", "--once", "--folder", str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "members: 957 (" in done.stdout
    assert "memberships: 2,018 (" in done.stdout
    assert "leads: 300 (" in done.stdout
    assert "a plan of 3 steps; sync: 1 updated, 1 pushed, 1 conflicts" in done.stdout
    told = "one conflict decided; of the sync, 1 edit of the provider undone, the edit made here stays; sync: 2 pushed"
    assert f"{told}; once more: nothing to do" in done.stdout
    assert "deliveries: done 7; 3 more came twice and were answered, not stored again" in done.stdout
    assert "provider.booking.cancelled 1, provider.booking.created 3, provider.booking.rescheduled 3" in done.stdout
    assert "Traceback" not in done.stderr
    assert "data is gone" not in done.stdout
    again = subprocess.run(
        [TRESEN, "demo", "--once", "--folder", str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert again.returncode == 0, again.stderr
    assert "0 created, 0 updated, 2975 unchanged, 0 errors" in again.stdout


def test_it_serves_until_it_is_interrupted_and_leaves_nothing(tmp_path: Path) -> None:
    with subprocess.Popen(
        [TRESEN, "demo"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={"TMPDIR": str(tmp_path)}
    ) as process:
        assert process.stdout is not None
        said: list[str] = []
        for line in process.stdout:
            said.append(line.strip())
            if line.startswith("ready: "):
                break
        url = said[-1].removeprefix("ready: ")
        password = next(m.group(1) for line in said if (m := re.search(r"with password (\S+)", line)))
        with httpx.Client(base_url=url) as client:
            assert client.get("/health/ready").status_code == 200
            login = {"email": "admin@demo-gym.example", "password": password}
            token = client.post("/api/v1/auth/login", json=login).json()["accessToken"]
            members = client.get("/api/v1/members?limit=1", headers={"authorization": f"Bearer {token}"})
            assert members.json()["count"] == 957
        export = next((line for line in said if line.startswith("in another terminal: ")), "")
        elsewhere = dict(word.split("=", 1) for word in shlex.split(export) if "=" in word)
        synced = subprocess.run(
            [TRESEN, "sync", "run", "leads", "--force"], capture_output=True, text=True, check=False, env=elsewhere
        )
        process.send_signal(signal.SIGINT)
        assert process.stdout.read() == "the demo's data is gone; --folder PATH keeps it\n"
        assert process.wait(timeout=30) == 0
    assert any("stop with Ctrl-C, after which the data is gone (--folder PATH keeps it)" in line for line in said)
    assert set(elsewhere) == {"TRESEN_DATA_DIR", "TRESEN_ALLOW_PRIVATE_ADDRESSES"}
    assert (synced.returncode, "completed" in synced.stdout) == (0, True), synced.stdout + synced.stderr
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith("tresen-demo")] == []


async def test_a_port_that_is_taken_is_told_before_anything_is_done(tmp_path: Path) -> None:
    paper, folder = Paper(), tmp_path / "demo"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(NotConfigured) as refused:
            await demo(DemoOptions(folder=folder, port=port), paper)
    assert (
        refused.value.message
        == f"cannot listen on 127.0.0.1:{port} (address already in use): choose another with --port"
    )
    assert (paper.lines, folder.exists()) == ([], False)


async def test_a_first_sync_that_fails_is_told_and_fails_the_demo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object, **kwargs: object) -> WodifyEmulator:
        fault = FaultRule(kind=Fault.MISSING_ROUTE, path="/v1/clients")
        return WodifyEmulator(*args, faults=(fault,), **kwargs)  # type: ignore[arg-type] # handed through

    monkeypatch.setattr(demo_module, "WodifyEmulator", broken)
    paper = Paper()
    with pytest.raises(TresenError, match="not complete"):
        await demo(DemoOptions(folder=tmp_path, once=True), paper)
    assert any("sync of members failed" in line for line in paper.lines)


async def test_webhooks_that_cannot_be_set_up_are_told_and_fail_the_demo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object, **kwargs: object) -> CalcomEmulator:
        fault = FaultRule(kind=Fault.MISSING_ROUTE, path="/v2/webhooks")
        return CalcomEmulator(*args, faults=(fault,), **kwargs)  # type: ignore[arg-type] # handed through

    monkeypatch.setattr(demo_module, "CalcomEmulator", broken)
    with pytest.raises(TresenError, match="webhooks could not be set up"):
        await demo(DemoOptions(folder=tmp_path, once=True), Paper())


@pytest.mark.parametrize("name", ["a file/x", "a file", "x" * 5_000, "a\0b"])
async def test_a_folder_that_cannot_be_made_is_refused_in_words(tmp_path: Path, name: str) -> None:
    (tmp_path / "a file").write_text("")
    paper = Paper()
    with pytest.raises(InvalidValue, match=r"the folder .* cannot be made"):
        await demo(DemoOptions(folder=tmp_path / name, once=True), paper)
    assert paper.lines == []
