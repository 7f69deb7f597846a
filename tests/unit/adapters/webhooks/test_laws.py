"""Whatever the bytes: one flipped bit is refused, and nothing but a refusal is ever raised."""

import json
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tresen.adapters.webhooks.documents import Document, content_hash
from tresen.adapters.webhooks.times import from_milliseconds, from_seconds, read_instant
from tresen.application.ports.webhooks import BadSignature, InboxView, UnknownChannel, Verified, WebhookRequest
from tresen.domain.webhooks.fact import Fact, Ignored, Unusable

from .hooks import REGISTRY, SAMPLES, SIGNED_AT, SIGNING, VECTORS, inbox, provider, secret, vector

NAMES = REGISTRY.names()
HEADERS = sorted({entry["header"] for entry in VECTORS.values()} | {
    "content-type", "x-wc-webhook-topic", "x-wc-webhook-delivery-id", "x-goog-channel-id", "x-goog-resource-id",
    "x-goog-resource-state", "x-goog-resource-uri", "x-goog-message-number",
})  # fmt: skip
_MEMBERS = sorted(
    {
        name
        for path in SAMPLES.glob("*/*.json")
        if path.parent.name in NAMES
        for name in path.read_text("utf-8").replace('"', " ").replace(":", " ").split()
    }
)
any_text = st.text(st.characters(codec=None), max_size=40)  # halves of surrogate pairs too
words = st.one_of(st.sampled_from(_MEMBERS), any_text)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=5),
    max_leaves=12,
)
bodies = st.one_of(
    st.binary(max_size=200), st.dictionaries(words, json_values, max_size=8).map(json.dumps).map(str.encode)
)
header_maps = st.dictionaries(
    st.sampled_from(HEADERS),
    st.one_of(any_text, st.sampled_from(["order.updated", "exists", "application/json", "t=1,v1=00", "v=1,d=00"])),
)


@pytest.mark.parametrize("name", NAMES)
@given(
    body=bodies,
    headers=header_maps,
    secrets=st.lists(any_text, max_size=2),
    registered=st.dictionaries(any_text, any_text, max_size=2),
)
def test_verifying_refuses_or_tells_and_never_fails(
    name: str, body: bytes, headers: dict[str, str], secrets: list[str], registered: dict[str, str]
) -> None:
    view = InboxView(secrets=secrets, registrations=registered)
    try:
        verified = provider(name).verify(WebhookRequest(headers=headers, body=body), view, now=SIGNED_AT)
    except (BadSignature, UnknownChannel):
        return
    assert isinstance(verified, Verified)


@pytest.mark.parametrize("name", NAMES)
@given(body=bodies, headers=header_maps, mode=st.sampled_from(["", "live", "test"]))
def test_reading_never_fails(name: str, body: bytes, headers: dict[str, str], mode: str) -> None:
    reading = provider(name).normalise(WebhookRequest(headers=headers, body=body), inbox("s", settings={"mode": mode}))
    assert isinstance(reading, Fact | Ignored | Unusable)


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_reading_a_sample_with_anything_in_any_place_gives_what_a_store_can_keep(
    name: str, data: st.DataObject
) -> None:
    """Ids and keys that can be looked up by, values that are JSON without NULs, orders of 63 bits."""
    path = data.draw(st.sampled_from(sorted((SAMPLES / name).glob("*.json"))))
    document = json.loads(path.read_text("utf-8"))
    place = document
    while isinstance(place, dict) and place:
        member = data.draw(st.sampled_from(sorted(place)))
        if not isinstance(place[member], dict) or data.draw(st.booleans()):
            place[member] = data.draw(json_values)
            break
        place = place[member]
    topic = {"x-wc-webhook-topic": f"{path.stem.replace('_', '.')}", "content-type": "application/json"}
    headers = {k: str(v) for k, v in document.items()} if name == "google_calendar" else topic
    body = b"" if name == "google_calendar" else json.dumps(document).encode()
    reading = provider(name).normalise(WebhookRequest(headers=headers, body=body), inbox("s"))
    if not isinstance(reading, Fact):
        assert isinstance(reading, Ignored | Unusable)
        return
    assert 0 < len(reading.subject_id) <= 200
    assert reading.subject_id.isprintable()
    assert 0 < len(reading.business_key) <= 400
    assert reading.business_key.isprintable()
    assert "\\u0000" not in json.dumps(reading.values)
    json.dumps(reading.values, ensure_ascii=False).encode()
    assert all(abs(part) < 2**63 for part in reading.order or ())
    assert reading.occurred_at is None or reading.occurred_at.utcoffset() is not None


@pytest.mark.parametrize("name", SIGNING)
@given(data=st.data())
def test_one_flipped_bit_in_body_or_signature_is_refused(name: str, data: st.DataObject) -> None:
    good = vector(name)
    header = VECTORS[name]["header"]
    if data.draw(st.booleans(), label="in the body"):
        forged = WebhookRequest(headers=good.headers, body=_flipped(good.body, data))
    else:
        value = _flipped(good.headers[header].encode("latin-1"), data).decode("latin-1")
        forged = WebhookRequest(headers={header: value}, body=good.body)
    with pytest.raises(BadSignature):
        provider(name).verify(forged, inbox(secret(name)), now=SIGNED_AT)


@pytest.mark.parametrize("header", ["x-goog-channel-token", "x-goog-channel-id", "x-goog-resource-id"])
@given(data=st.data())
def test_one_flipped_bit_in_what_google_sends_is_refused(header: str, data: st.DataObject) -> None:
    good = vector("google_calendar")
    value = _flipped(good.headers[header].encode("latin-1"), data).decode("latin-1")
    with pytest.raises(UnknownChannel):
        provider("google_calendar").verify(
            WebhookRequest(headers={**good.headers, header: value}, body=b""), inbox("tok_9f2"), now=SIGNED_AT
        )


@pytest.mark.parametrize("name", SIGNING)
@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not JSON"),
        (b"[]", "not a JSON object"),
        (b"null", "not a JSON object"),
        (b'{"a":1} x', "not JSON"),
        (b'{"a":1e999}', "not JSON"),
        (b'{"a":' + b"9" * 100_000 + b"}", "not JSON"),
        (b'{"a":"\xff"}', "not JSON"),
        (b'{"a":NaN}', "not JSON"),
        (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
        (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, "nested too deeply"),
    ],
)
def test_what_is_no_json_object_is_unusable(name: str, body: bytes, reason: str) -> None:
    headers = {"content-type": "application/json", "x-wc-webhook-topic": "order.updated"}
    assert provider(name).normalise(WebhookRequest(headers=headers, body=body), inbox("s")) == Unusable(reason)


@given(st.integers())
def test_any_number_is_an_instant_or_none(number: int) -> None:
    for read in (from_seconds, from_milliseconds):
        assert isinstance(read(number), datetime | None)


@given(st.one_of(any_text, st.from_regex(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:?\d\d)?")))
def test_any_text_is_an_instant_in_utc_or_none(text: str) -> None:
    found = read_instant(text, zone_unsaid=True)
    assert found is None or found.utcoffset() is not None


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2026-11-21T09:30:00.000Z", "2026-11-21T09:30:00+00:00"),
        ("2026-11-21T10:30:00.5+01:00", "2026-11-21T09:30:00.500000+00:00"),
        ("2026-11-21T09:30:00.1234567Z", "2026-11-21T09:30:00.123456+00:00"),
        ("2026-11-21T09:30Z", "2026-11-21T09:30:00+00:00"),
        ("2026-11-21T09:30:00", None),
        ("2026-11-21", None),
        ("0001-01-01T00:00:00+23:59", None),
        ("2026-02-30T00:00:00Z", None),
    ],
)
def test_instants_are_read_with_their_offset(text: str, iso: str | None) -> None:
    found = read_instant(text)
    assert (found.isoformat() if found else None) == iso


@given(st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5), max_size=6))
def test_the_hash_of_values_does_not_depend_on_their_order(values: dict[str, int | str]) -> None:
    assert content_hash(values) == content_hash(dict(reversed(values.items())))


def test_texts_that_were_cut_within_a_sign_can_still_be_read() -> None:
    """Programs that cut texts at a length leave halves of surrogate pairs behind."""
    whole = r'{"event":"call_ended","call":{"call_id":"c","agent_name":"\ud83d\ude00 \ud83d","x":"\\ud83d \\\ud83d"}}'
    reading = provider("retell").normalise(WebhookRequest(headers={}, body=whole.encode()), inbox("s"))
    assert isinstance(reading, Fact)
    assert reading.values["agent_name"] == "😀 \ufffd"


def test_what_is_kept_is_bounded() -> None:
    deep: object = 1
    for _ in range(50):
        deep = [deep]
    document = Document({"deep": deep, "long": "x" * 50_000, "big": 2**70, "nul": "a\x00b", "many": [0] * 1000})  # type: ignore[dict-item] # a value made by hand
    assert str(document.plain("deep")).count("[") == 8
    assert len(str(document.plain("long"))) == 10_000
    assert document.plain("big") == str(2**70)
    assert document.plain("nul") == "a\ufffdb"
    kept = document.plain("many")
    assert isinstance(kept, list)
    assert len(kept) == 200


def _flipped(raw: bytes, data: st.DataObject) -> bytes:
    bit = data.draw(st.integers(0, len(raw) * 8 - 1), label="bit")
    changed = bytearray(raw)
    changed[bit // 8] ^= 1 << (bit % 8)
    return bytes(changed)
