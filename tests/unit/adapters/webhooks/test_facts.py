"""What the providers' webhooks say, in our words."""

import json
from datetime import UTC, datetime

import pytest

from tresen.domain.webhooks.fact import Fact, Ignored, Unusable

from .hooks import changed, fact, google_headers, read, sample, topic, vector

FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize("name", ["calcom", "retell", "stripe"])
def test_the_vectors_are_facts(name: str) -> None:
    assert isinstance(read(name, vector(name).body), Fact)


class TestCalcom:
    @pytest.mark.parametrize(
        ("file", "type_", "order"),
        [
            ("booking_created", "booking.created", (0, 1)),
            ("booking_requested", "booking.requested", (1, 0)),
            ("booking_rescheduled", "booking.rescheduled", (1, 1)),
            ("booking_rejected", "booking.rejected", (0, 2)),
            ("booking_cancelled", "booking.cancelled", (0, 2)),
            ("booking_paid", "booking.paid", None),
            ("booking_payment_initiated", "booking.payment_initiated", None),
            ("booking_no_show_updated", "booking.no_show_updated", None),
            ("meeting_started", "meeting.started", None),
            ("meeting_ended", "meeting.ended", None),
            ("recording_ready", "recording.ready", None),
            ("recording_transcribed", "recording.transcribed", None),
        ],
    )
    def test_every_trigger_that_is_used(self, file: str, type_: str, order: tuple[int, ...] | None) -> None:
        found = fact("calcom", sample("calcom", file))
        assert (found.type, found.order) == (type_, order)
        assert found.subject_kind == "booking"
        assert found.subject_id == ("bk_9c1d" if file in {"booking_requested", "booking_rescheduled"} else "bk_7f3a")
        assert found.occurred_at is not None

    def test_a_booking_tells_who_when_and_what(self) -> None:
        values = fact("calcom", sample("calcom", "booking_created")).values
        assert values["starts_at"] == "2026-11-25T15:00:00Z"
        assert values["status"] == "accepted"
        assert values["ical_uid"] == "abc@Cal.com"
        assert values["attendees"] == [
            {"name": "Ana Müller", "email": "ana@example.com", "phone": "+390611111111", "time_zone": "Europe/Rome"}
        ]
        assert values["metadata"] == {
            "hub_booking_id": "b_01HX",
            "videoCallUrl": "https://app.cal.com/video/bk_7f3a",
        }

    def test_a_move_is_about_the_new_booking_and_names_the_former_one(self) -> None:
        """It stands by itself: the former booking may be older than the webhook."""
        moved = fact("calcom", sample("calcom", "booking_rescheduled"))
        assert (moved.subject_id, moved.values["reschedule_uid"], moved.needs) == ("bk_9c1d", "bk_7f3a", None)
        assert moved.values["reschedule_starts_at"] == "2026-11-25T15:00:00Z"

    def test_a_move_that_waits_for_confirmation_does_not_outdate_the_end_of_the_former_booking(self) -> None:
        asked = fact("calcom", sample("calcom", "booking_requested"))
        ended = fact("calcom", sample("calcom", "booking_cancelled"))
        assert asked.values["ical_uid"] == ended.values["ical_uid"]
        assert asked.subject_id != ended.subject_id

    @pytest.mark.parametrize("file", ["booking_no_show_updated", "meeting_started", "meeting_ended", "recording_ready"])
    def test_what_tells_only_a_part_needs_the_booking_by_the_id_that_a_creation_gives(self, file: str) -> None:
        created = fact("calcom", sample("calcom", "booking_created"))
        assert fact("calcom", sample("calcom", file)).needs == created.subject_id
        assert created.needs is None

    def test_meetings_happen_when_their_time_comes(self) -> None:
        started, ended = (fact("calcom", sample("calcom", f"meeting_{word}")) for word in ("started", "ended"))
        assert started.occurred_at == datetime(2026, 11, 25, 15, tzinfo=UTC)
        assert ended.occurred_at == datetime(2026, 11, 25, 15, 30, tzinfo=UTC)
        assert ended.values["booking_id"] == 91

    def test_the_same_event_by_another_webhook_has_the_same_key(self) -> None:
        """Only ``createdAt`` and the order of the members differ."""
        document = json.loads(sample("calcom", "booking_created"))
        later = {**document["payload"], "createdAt": "2026-11-21T09:31:07.000Z"}
        again = {"payload": dict(reversed(later.items())), "triggerEvent": "BOOKING_CREATED"}
        again["createdAt"] = "2026-11-21T09:31:07.000Z"
        keys = {fact("calcom", json.dumps(it).encode()).business_key for it in (document, again)}
        assert len(keys) == 1

    def test_somebody_may_be_marked_as_absent_again(self) -> None:
        document = json.loads(sample("calcom", "booking_no_show_updated"))
        later = {**document, "createdAt": "2026-11-21T10:31:00.000Z"}
        keys = {fact("calcom", json.dumps(it).encode()).business_key for it in (document, document, later)}
        assert len(keys) == 2

    @pytest.mark.parametrize("change", [{"iCalSequence": 1}, {"uid": "bk_2"}, {"location": "phone"}])
    def test_anything_else_makes_another_key(self, change: dict[str, object]) -> None:
        first = fact("calcom", sample("calcom", "booking_created"))
        assert fact("calcom", changed("calcom", "booking_created", **change)).business_key != first.business_key

    @pytest.mark.parametrize("change", [{"iCalSequence": None}, {"iCalSequence": "1"}, {"seatsPerTimeSlot": 5}])
    def test_without_a_sequence_or_with_seats_nothing_is_out_of_date(self, change: dict[str, object]) -> None:
        assert fact("calcom", changed("calcom", "booking_cancelled", **change)).order is None

    @pytest.mark.parametrize(
        ("change", "subject"),
        [
            ({"uid": None}, "abc@Cal.com"),
            ({"uid": None, "iCalUID": None}, "booking:91"),
            ({"uid": "", "iCalUID": "x" * 300}, "booking:91"),
        ],
    )
    def test_a_booking_without_a_uid_is_told_by_what_else_names_it(
        self, change: dict[str, object], subject: str
    ) -> None:
        assert (
            fact("calcom", changed("calcom", "booking_rescheduled", **{"bookingId": 91, **change})).subject_id
            == subject
        )

    def test_a_booking_that_nothing_names_is_unusable(self) -> None:
        body = changed("calcom", "booking_created", uid=None, iCalUID=None, bookingId=None)
        assert read("calcom", body) == Unusable("names no booking")

    @pytest.mark.parametrize(
        ("file", "reason", "trigger"),
        [("ping", "a test", "PING"), ("form_submitted", "a trigger that is not used", "FORM_SUBMITTED")],
    )
    def test_tests_and_other_triggers_are_ignored_with_their_word(self, file: str, reason: str, trigger: str) -> None:
        assert read("calcom", sample("calcom", file)) == Ignored(reason, trigger)

    def test_custom_templates_are_unusable_and_say_why(self) -> None:
        for reading in (read("calcom", b"name=Ana", FORM), read("calcom", b'{"text": "Ana booked"}')):
            assert isinstance(reading, Unusable)
            assert "custom payload template" in reading.reason


class TestStripe:
    @pytest.mark.parametrize(
        ("file", "type_", "subject", "state"),
        [
            ("checkout_completed", "checkout.completed", "cs_1example", "paid"),
            ("checkout_unpaid", "checkout.completed", "cs_1example", "unpaid"),
            ("checkout_paid_later", "checkout.paid", "cs_1example", "complete"),
            ("payment_succeeded", "payment.succeeded", "pi_1example", "succeeded"),
            ("invoice_paid", "invoice.paid", "in_1example", "paid"),
            ("invoice_payment_linked", "invoice.payment_linked", "inpay_1example", "paid"),
            ("subscription_deleted_2024", "subscription.deleted", "sub_1example", "None"),
            ("charge_failed", "charge.failed", "ch_1example", "failed"),
            ("charge_refunded", "charge.refunded", "ch_1example", "1000"),
        ],
    )
    def test_every_type_that_is_used(self, file: str, type_: str, subject: str, state: str) -> None:
        found = fact("stripe", sample("stripe", file))
        assert (found.type, found.subject_id) == (type_, subject)
        assert found.business_key == f"{subject}:{type_}:{state}"
        assert found.occurred_at == datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
        assert found.order is not None
        assert found.order[0] == 1795253400

    def test_both_events_of_a_paid_invoice_are_one_fact_in_either_shape(self) -> None:
        new, old = (fact("stripe", sample("stripe", it)) for it in ("invoice_paid", "invoice_payment_succeeded_2024"))
        assert new.business_key == old.business_key
        assert new.values["subscription"] == old.values["subscription"] == "sub_1example"
        assert new.values["paid"] == {"amount": "29.00", "currency": "EUR"}
        assert old.values["payment_intent"] == "pi_1example"
        assert new.values["subscription_metadata"] == {"member": "m_1"}

    def test_the_period_of_a_subscription_is_found_in_either_shape(self) -> None:
        new = fact("stripe", sample("stripe", "subscription_updated")).values
        old = fact("stripe", sample("stripe", "subscription_deleted_2024")).values
        assert (new["current_period_start"], new["current_period_end"]) == (
            "2026-11-21T09:30:00Z",
            "2026-12-21T09:30:00Z",
        )
        assert old["current_period_end"] == "2026-11-21T09:30:00Z"
        items = [{"current_period_start": 200, "current_period_end": 400}, {"current_period_start": 100}]
        both = fact("stripe", changed("stripe", "subscription_updated", items={"data": items})).values
        assert (both["current_period_start"], both["current_period_end"]) == (
            "1970-01-01T00:01:40Z",
            "1970-01-01T00:06:40Z",
        )
        items.append({"current_period_end": 300})
        more = fact("stripe", changed("stripe", "subscription_updated", items={"data": items})).values
        assert more["current_period_end"] == "1970-01-01T00:06:40Z"
        assert (new["status"], new["previous_status"]) == ("active", "trialing")
        assert new["items"] == [{"price": "price_1", "product": "prod_1", "quantity": 1}]

    def test_a_subscription_that_comes_to_look_as_before_is_told_again(self) -> None:
        document = json.loads(sample("stripe", "subscription_updated"))
        later = json.dumps({**document, "id": "evt_9", "created": document["created"] + 60}).encode()
        same = json.dumps({**document, "id": "evt_9"}).encode()
        first = fact("stripe", json.dumps(document).encode())
        assert fact("stripe", same).business_key == first.business_key
        assert fact("stripe", later).business_key != first.business_key

    def test_within_a_second_a_subscription_is_created_changed_and_ended(self) -> None:
        orders = []
        for word in ("created", "updated", "deleted"):
            body = sample("stripe", "subscription_updated").replace(
                b"subscription.updated", f"subscription.{word}".encode()
            )
            orders.append(fact("stripe", body).order or ())
        assert orders == sorted(orders)
        assert len(set(orders)) == 3

    @pytest.mark.parametrize(
        ("currency", "units", "amount"),
        [
            ("usd", 2500, "25.00"),
            ("jpy", 2500, "2500"),
            ("kwd", 2500, "2.500"),
            ("isk", 2500, "25"),
            ("ugx", 2500, "25"),
            ("mga", 2500, "2500.00"),
            ("eur", 0, "0.00"),
        ],
    )
    def test_amounts_are_counted_as_stripe_counts(self, currency: str, units: int, amount: str) -> None:
        body = changed("stripe", "charge_refunded", currency=currency, amount=units)
        assert fact("stripe", body).values["total"] == {"amount": amount, "currency": currency.upper()}

    @pytest.mark.parametrize("change", [{"currency": "euro"}, {"currency": None}, {"amount": "2500"}, {"amount": 25.5}])
    def test_what_is_no_amount_is_left_out(self, change: dict[str, object]) -> None:
        assert "total" not in fact("stripe", changed("stripe", "charge_refunded", **change)).values

    def test_each_refund_of_a_charge_is_a_fact_of_its_own(self) -> None:
        keys = {
            fact("stripe", changed("stripe", "charge_refunded", amount_refunded=units)).business_key
            for units in (1000, 2500)
        }
        assert len(keys) == 2

    def test_an_object_may_stand_where_its_id_stood(self) -> None:
        body = changed("stripe", "charge_failed", payment_intent={"id": "pi_7", "object": "payment_intent"})
        assert fact("stripe", body).values["payment_intent"] == "pi_7"

    def test_thin_events_name_what_must_be_fetched(self) -> None:
        thin = fact("stripe", sample("stripe", "subscription_updated_thin"))
        full = fact("stripe", sample("stripe", "subscription_updated"))
        assert (thin.type, thin.subject_kind, thin.subject_id) == (full.type, full.subject_kind, full.subject_id)
        assert thin.order == full.order
        assert thin.values == {"is_thin": True, "event_id": "evt_3example", "livemode": False}

    @pytest.mark.parametrize(
        ("mode", "livemode", "taken"),
        [
            ("live", True, True),
            ("live", False, False),
            ("test", False, True),
            ("test", True, False),
            ("live", None, False),
            ("", True, True),
            ("", None, True),
        ],
    )
    def test_events_of_the_other_mode_are_unusable(self, mode: str, livemode: bool | None, taken: bool) -> None:
        for file in ("payment_succeeded", "subscription_updated_thin"):
            body = json.dumps({**json.loads(sample("stripe", file)), "livemode": livemode}).encode()
            reading = read("stripe", body, settings={"mode": mode})
            assert isinstance(reading, Fact) == taken
            assert taken or "wrong mode" in str(reading)

    def test_other_types_are_ignored_with_their_word(self) -> None:
        found = read("stripe", sample("stripe", "product_created"))
        assert found == Ignored("a type that is not used", "product.created")

    @pytest.mark.parametrize(
        "body",
        [
            b'{"error":{"type":"invalid_request_error"}}',
            b'{"object":"event","type":"invoice.paid","data":{"object":{"id":"in_1"}}}',
            b'{"object":"event","id":"evt_1","type":"invoice.paid","data":{"object":{}}}',
            b'{"object":"v2.core.event","id":"evt_1","type":"v1.invoice.paid"}',
        ],
    )
    def test_what_is_no_event_is_unusable(self, body: bytes) -> None:
        assert isinstance(read("stripe", body), Unusable)


class TestRetell:
    @pytest.mark.parametrize(
        ("file", "type_", "order", "key"),
        [
            ("call_started", "call.started", (0,), "call_abc123:call.started"),
            ("call_ended", "call.ended", (1,), "call_abc123:call.ended"),
            ("call_analyzed", "call.analyzed", (2,), "call_abc123:call.analyzed"),
            ("transfer_started", "call.transfer_started", None, "call_abc123:call.transfer_started:1795253380000"),
            (
                "transcript_updated",
                "call.transcript_updated",
                None,
                "call_abc123:call.transcript_updated:1795253350000",
            ),
            ("chat_ended", "chat.ended", (1,), "chat_1:chat.ended"),
            ("call_inbound", "call.inbound", None, "call_abc123:call.inbound"),
        ],
    )
    def test_every_event_that_is_used(self, file: str, type_: str, order: tuple[int, ...] | None, key: str) -> None:
        found = fact("retell", sample("retell", file))
        assert (found.type, found.order, found.business_key) == (type_, order, key)
        assert found.coalesces == (file == "transcript_updated")
        assert found.occurred_at is not None

    def test_a_call_tells_when_who_and_why_it_ended(self) -> None:
        values = fact("retell", sample("retell", "call_analyzed")).values
        assert (values["started_at"], values["ended_at"]) == ("2026-11-21T09:29:00Z", "2026-11-21T09:30:00Z")
        assert values["disconnection_reason"] == "user_hangup"
        assert values["analysis"] == {
            "summary": "Ana asked for a slot.",
            "sentiment": "Positive",
            "successful": True,
            "in_voicemail": False,
            "custom": {"wants_trial": True},
        }
        assert "transcript" not in values

    @pytest.mark.parametrize(("file", "second"), [("call_started", 29), ("call_ended", 30)])
    def test_when_it_happened_is_told_by_the_call_if_not_by_the_event(self, file: str, second: int) -> None:
        assert fact("retell", sample("retell", file)).occurred_at == datetime(2026, 11, 21, 9, second, tzinfo=UTC)

    def test_repeated_events_without_a_time_are_told_apart_by_what_they_say(self) -> None:
        def key(said: str) -> str:
            body = {"event": "transcript_updated", "call": {"call_id": "c", "transcript": said}}
            return fact("retell", json.dumps(body).encode()).business_key

        assert key("a") == key("a") != key("b")

    def test_a_ringing_call_without_an_id_and_other_events_are_ignored(self) -> None:
        assert isinstance(read("retell", b'{"event":"call_inbound","call_inbound":{}}'), Ignored)
        assert read("retell", b'{"event":"agent_sang"}') == Ignored("an event that is not used", "agent_sang")

    @pytest.mark.parametrize(
        "body", [b"{}", b'{"event":"call_ended"}', b'{"event":"call_ended","call":{"call_id":""}}']
    )
    def test_without_event_or_call_it_is_unusable(self, body: bytes) -> None:
        assert isinstance(read("retell", body), Unusable)


class TestWooCommerce:
    @pytest.mark.parametrize(
        ("file", "word", "kind", "subject"),
        [
            ("order_updated", "order.updated", "order", "727"),
            ("order_updated", "order.restored", "order", "727"),
            ("customer_created", "customer.created", "customer", "25"),
            ("product_updated", "product.published", "product", "93"),
            ("coupon_created", "coupon.created", "coupon", "12"),
        ],
    )
    def test_every_topic_that_is_used(self, file: str, word: str, kind: str, subject: str) -> None:
        found = fact("woocommerce", sample("woocommerce", file), topic(word))
        assert (found.type, found.subject_kind, found.subject_id) == (word, kind, subject)
        assert found.order is not None

    def test_the_order_is_that_of_the_records_own_time_which_is_utc(self) -> None:
        found = fact("woocommerce", sample("woocommerce", "order_updated"), topic("order.updated"))
        assert found.occurred_at == datetime(2026, 11, 21, 9, 31, tzinfo=UTC)
        assert found.order == (1795253460_000_000,)

    def test_an_order_tells_what_was_bought_and_paid(self) -> None:
        values = fact("woocommerce", sample("woocommerce", "order_updated"), topic("order.updated")).values
        assert values["total"] == {"amount": "29.35", "currency": "EUR"}
        assert (values["name"], values["email"], values["date_paid"]) == (
            "Ana Müller",
            "ana@example.com",
            "2026-11-21T09:30:05Z",
        )
        assert values["meta"] == {"_hub_id": "m_1"}
        assert values["refunds"] == [{"id": 900, "total": {"amount": "-5.00", "currency": "EUR"}}]
        assert "customer" not in values

    def test_a_total_that_is_no_money_is_kept_as_it_was(self) -> None:
        body = changed("woocommerce", "order_updated", total="29.355")
        values = fact("woocommerce", body, topic("order.updated")).values
        assert ("total" in values, values["total_text"]) == (False, "29.355")

    def test_the_same_save_told_twice_has_one_key_and_another_state_another(self) -> None:
        def key(**changes: object) -> str:
            return fact(
                "woocommerce", changed("woocommerce", "order_updated", **changes), topic("order.updated")
            ).business_key

        assert key() == key()
        assert len({key(), key(status="completed"), key(date_modified_gmt="2026-11-21T09:32:00")}) == 3

    def test_a_deletion_tells_the_number_alone_and_may_come_again(self) -> None:
        def gone(delivery: str) -> Fact:
            return fact(
                "woocommerce", sample("woocommerce", "order_deleted"), topic("order.deleted", delivery=delivery)
            )

        assert (gone("d1").type, gone("d1").values, gone("d1").order) == ("order.deleted", {"id": 727}, None)
        assert gone("d1").business_key == gone("d1").business_key != gone("d2").business_key

    def test_a_signed_error_is_unusable_and_named(self) -> None:
        reading = read("woocommerce", sample("woocommerce", "error_signed"), topic("order.updated"))
        assert isinstance(reading, Unusable)
        assert "woocommerce_rest_cannot_view" in reading.reason

    @pytest.mark.parametrize("word", ["action.woocommerce_add_to_cart", "order.sung", "order"])
    def test_other_topics_are_ignored_with_their_word(self, word: str) -> None:
        for body in (b'{"id":1}', b'{"action":"woocommerce_add_to_cart","arg":"x"}'):
            assert read("woocommerce", body, topic(word)) == Ignored("a topic that is not used", word)

    def test_without_topic_or_id_it_is_unusable(self) -> None:
        assert isinstance(read("woocommerce", b'{"id":1}'), Unusable)
        assert isinstance(read("woocommerce", b'{"id":"x"}', topic("order.updated")), Unusable)


class TestGoogle:
    def test_a_change_is_about_the_calendar_and_coalesces(self) -> None:
        found = fact("google_calendar", b"", google_headers("changed"))
        assert (found.type, found.subject_kind, found.subject_id) == (
            "calendar.changed",
            "calendar",
            "desk@example.com",
        )
        assert found.coalesces
        assert found.order is None

    def test_the_address_tells_the_calendar_of_a_channel_that_was_closed_meanwhile(self) -> None:
        headers = {**google_headers("changed"), "x-goog-channel-id": "gone"}
        assert fact("google_calendar", b"", headers).subject_id == "desk@example.com"
        unnamed = {**headers, "x-goog-resource-uri": "https://www.googleapis.com/calendar/v3/users/me"}
        assert isinstance(read("google_calendar", b"", unnamed), Unusable)

    def test_the_first_message_says_nothing(self) -> None:
        assert read("google_calendar", b"", google_headers("opened")) == Ignored("nothing has changed", "sync")

    def test_the_token_is_not_needed_to_read(self) -> None:
        headers = {k: v for k, v in google_headers("changed").items() if k != "x-goog-channel-token"}
        assert isinstance(read("google_calendar", b"", headers), Fact)
