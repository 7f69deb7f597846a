"""What Retell's webhooks say about calls and chats.

Events are sent in order and not waited for, so that they may overtake each other: later ones tell all that the former
ones told (analyzed, ended, started), and outdate them. Transcripts stay in the raw delivery; facts do not carry them.
"""

import attrs

from ...domain.webhooks.fact import Fact, Ignored, Json, Reading, Unusable
from ..webhooks.documents import Document, business_key, content_hash, read_document, said
from ..webhooks.times import from_milliseconds, written


@attrs.frozen
class _Kind:
    """``rank``: how late in a call's life, None: not one of its states, and may come several times.

    ``instant``: the member that tells when it happened if the event does not.
    """

    type: str
    rank: int | None = None
    instant: str | None = None
    coalesces: bool = False


_STATES = {"started": (0, "start_timestamp"), "ended": (1, "end_timestamp"), "analyzed": (2, None)}
_TRANSFERS = ("transfer_started", "transfer_bridged", "transfer_cancelled", "transfer_ended")
CALLS = {
    **{f"call_{state}": _Kind(f"call.{state}", rank, instant) for state, (rank, instant) in _STATES.items()},
    **{event: _Kind(f"call.{event}") for event in _TRANSFERS},
    # One for every sentence: only the latest need be looked at.
    "transcript_updated": _Kind("call.transcript_updated", coalesces=True),
}
CHATS = {f"chat_{state}": _Kind(f"chat.{state}", rank, instant) for state, (rank, instant) in _STATES.items()}


def normalise(body: bytes) -> Reading:
    """What it says. Raises nothing."""
    return read_document(body, _read)


def _read(envelope: Document) -> Reading:
    event = envelope.identity("event")
    if event is None:
        return Unusable("names no event")
    if event == "call_inbound":
        return _inbound(envelope)
    if event in CALLS:
        call = envelope.document("call")
        return _fact(CALLS[event], "call", call, envelope, _call_values(call))
    if event in CHATS:
        chat = envelope.document("chat")
        return _fact(CHATS[event], "chat", chat, envelope, _chat_values(chat))
    return Ignored("an event that is not used", event)


def _fact(kind: _Kind, subject_kind: str, thing: Document, envelope: Document, values: dict[str, Json]) -> Reading:
    subject = thing.identity(f"{subject_kind}_id")
    if subject is None:
        return Unusable(f"names no {subject_kind}")
    stamp = envelope.whole("event_timestamp")
    told = stamp if stamp is not None or kind.instant is None else thing.whole(kind.instant)
    again = () if kind.rank is not None else (stamp if stamp is not None else content_hash(envelope.members),)
    return Fact(
        type=kind.type,
        subject_kind=subject_kind,
        subject_id=subject,
        business_key=business_key(subject, kind.type, *again),
        order=None if kind.rank is None else (kind.rank,),
        coalesces=kind.coalesces,
        occurred_at=from_milliseconds(told),
        values=values,
    )


def _inbound(envelope: Document) -> Reading:
    """A call that rings and waits for its agent. Older interfaces, and set-ups that fail early, have no id for it."""
    call = envelope.document("call_inbound")
    subject = call.identity("call_id")
    if subject is None:
        return Ignored("a call without an id rings", "call_inbound")
    return Fact(
        type="call.inbound",
        subject_kind="call",
        subject_id=subject,
        business_key=business_key(subject, "call.inbound"),
        occurred_at=from_milliseconds(envelope.whole("event_timestamp")),
        values=said((name, call.text(name)) for name in ("agent_id", "from_number", "to_number")),
    )


def _call_values(call: Document) -> dict[str, Json]:
    texts = (
        *("agent_id", "agent_name", "call_type", "call_status", "direction", "from_number", "to_number"),
        *("disconnection_reason", "transfer_destination", "recording_url"),
    )
    return said(
        [
            *((name, call.text(name)) for name in texts),
            ("agent_version", call.whole("agent_version")),
            ("duration_ms", call.whole("duration_ms")),
            ("cost", call.document("call_cost").plain("combined_cost")),
            ("twilio_call_id", call.document("telephony_identifier").text("twilio_call_sid")),
            ("collected", call.plain("collected_dynamic_variables") or None),
            ("analysis", _analysis(call.document("call_analysis"), "call") or None),
            *_lasting(call),
        ]
    )


def _chat_values(chat: Document) -> dict[str, Json]:
    return said(
        [
            *((name, chat.text(name)) for name in ("agent_id", "chat_status", "chat_type")),
            ("analysis", _analysis(chat.document("chat_analysis"), "chat") or None),
            *_lasting(chat),
        ]
    )


def _lasting(thing: Document) -> list[tuple[str, Json]]:
    return [
        ("started_at", written(from_milliseconds(thing.whole("start_timestamp")))),
        ("ended_at", written(from_milliseconds(thing.whole("end_timestamp")))),
        ("variables", thing.plain("retell_llm_dynamic_variables") or None),
        ("metadata", thing.plain("metadata") or None),
    ]


def _analysis(found: Document, kind: str) -> dict[str, Json]:
    return said(
        [
            ("summary", found.text(f"{kind}_summary")),
            ("sentiment", found.text("user_sentiment")),
            ("successful", found.truth(f"{kind}_successful")),
            ("in_voicemail", found.truth("in_voicemail")),
            ("custom", found.plain("custom_analysis_data") or None),
        ]
    )
