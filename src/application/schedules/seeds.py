"""The schedules that every tenant has from the beginning (W15-W19, O23, S107-S109)."""

import attrs

from .timings import TimingText

SYNC_MEMBERS, SYNC_LEADS, ENSURE_WEBHOOKS = "sync_members", "sync_leads", "ensure_webhooks"

_HOUR_S = 3_600


@attrs.frozen(kw_only=True)
class Seed:
    """``subject``: what it is about, in a word, for people."""

    name: str
    kind: str
    subject: str
    timing: TimingText


SEEDS = (
    Seed(name="sync_members_auto", kind=SYNC_MEMBERS, subject="members", timing=TimingText(every_s=6 * _HOUR_S)),
    Seed(name="sync_leads_auto", kind=SYNC_LEADS, subject="leads", timing=TimingText(every_s=6 * _HOUR_S)),
    Seed(name="sync_orders_auto", kind="sync_orders", subject="orders", timing=TimingText(every_s=_HOUR_S // 2)),
    Seed(
        name="availability-cron",
        kind="refresh_availability",
        subject="availability",
        timing=TimingText(cron="0 5-14 * * 1-5"),
    ),
    Seed(name="daily-outcome-check", kind="check_outcomes", subject="outcomes", timing=TimingText(cron="0 19 * * *")),
    Seed(
        name="achievement-check",
        kind="check_achievements",
        subject="achievements",
        timing=TimingText(cron="0 20 * * *"),
    ),
    Seed(
        name="ensure_webhooks_auto",
        kind=ENSURE_WEBHOOKS,
        subject="webhooks",
        timing=TimingText(every_s=6 * _HOUR_S),
    ),
)
