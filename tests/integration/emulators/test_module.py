"""``python -m tresen.adapters.emulators``, as docs/how-to/swap-in-a-fake.md uses it."""

import subprocess
import sys

import httpx


def test_an_endpoint_is_registered_and_sent_to_in_a_running_emulator() -> None:
    command = [sys.executable, "-m", "tresen.adapters.emulators", "stripe", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = dict(process.stdout.readline().strip().split(": ", 1) for _ in range(3))
        try:
            made = httpx.post(
                f"{told['ready']}/webhook_endpoints",
                auth=(told["credentials"], ""),
                data={"url": "http://127.0.0.1:9/nobody", "enabled_events[]": "*"},
            ).json()
            event = {"event": "invoice.paid", "data": {"id": "in_1", "object": "invoice"}}
            sent = httpx.post(f"{told['control']}hooks/send", json=event).json()
        finally:
            process.terminate()
    assert list(told) == ["credentials", "control", "ready"]
    assert told["control"] == told["ready"].removesuffix("/v1") + "/_emulator/"
    assert made["secret"].startswith("whsec_")
    assert sent == {"subscribers": 1}
