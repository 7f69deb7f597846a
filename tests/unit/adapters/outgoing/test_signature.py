"""The signature, by the vectors of the official library (standardwebhooks 1.1.0; identical with svix 2.9.1)."""

import base64

import pytest

from tresen.adapters.outgoing.signature import RandomSigningSecrets, signed_headers
from tresen.domain.shared.errors import NotConfigured

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
FORMER = "whsec_cHJldmlvdXMtc2lnbmluZy1zZWNyZXQtMDAwMDAx"
BODY = b'{"type":"booking.created","timestamp":"2026-11-21T09:30:00.000000Z","data":{"id":"bk_7f3a"}}'
ID, TIMESTAMP = "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W", 1795253400
SIGNATURE = "v1,tlACUO55EL1mAjNF4tjUdTTX0kodBA58JONDlpINIxo="


def test_the_vector() -> None:
    assert signed_headers(webhook_id=ID, timestamp=TIMESTAMP, body=BODY, secrets=[SECRET]) == {
        "webhook-id": ID,
        "webhook-timestamp": "1795253400",
        "webhook-signature": SIGNATURE,
    }


def test_the_vector_of_a_rotation() -> None:
    headers = signed_headers(webhook_id=ID, timestamp=TIMESTAMP, body=BODY, secrets=[SECRET, FORMER])
    assert headers["webhook-signature"] == f"{SIGNATURE} v1,YuZRwy1QgDPDDWrmJFidQPphw9O3qVh+aa5Ipf6cVHs="


@pytest.mark.parametrize("change", [{"webhook_id": "msg_x"}, {"timestamp": TIMESTAMP + 1}, {"body": BODY + b" "}])
def test_id_instant_and_body_are_signed(change: dict[str, object]) -> None:
    given = {"webhook_id": ID, "timestamp": TIMESTAMP, "body": BODY, "secrets": [SECRET], **change}
    assert signed_headers(**given)["webhook-signature"] != SIGNATURE  # type: ignore[arg-type]  # one value is replaced


def test_a_secret_is_32_random_bytes_in_base64() -> None:
    one, other = RandomSigningSecrets().new(), RandomSigningSecrets().new()
    assert one != other
    assert one.startswith("whsec_")
    assert len(base64.b64decode(one.removeprefix("whsec_"), validate=True)) == 32


def test_a_damaged_secret_is_not_signed_with() -> None:
    with pytest.raises(NotConfigured):
        signed_headers(webhook_id=ID, timestamp=TIMESTAMP, body=BODY, secrets=["whsec_no secret"])
