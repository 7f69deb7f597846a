"""docs/reference/states.md says what the transition tables say.

Run this file as a script after a change of a table: it writes the page anew.
"""

from collections.abc import Iterable
from pathlib import Path

from tresen.domain.leads import stage
from tresen.domain.membership import status
from tresen.domain.sync import conflict
from tresen.domain.webhooks import delivery, endpoint, message

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "states.md"

TEXT = """\
# States

Written from the transition tables by `python tests/unit/domain/test_states_page.py`; a test compares the two.

A step that a diagram does not show is refused with the code `illegal_transition`; its `details` name the present
state (`status`) and what would be possible (`allowed`).

## Memberships

`domain/membership/status.py`. `unknown`: the provider used a word that has no meaning here; the word is kept beside
the state. A sync takes the provider's state even where the table has no such step, and marks the event
`membership.status_changed` with `regular: false`.

{memberships}

## Leads

`domain/leads/stage.py`. A lead becomes `converted` by converting it, never by an update, and stays so. A lost lead may
come back. `unknown`: the provider used a word that has no meaning here; the word is kept beside the stage.

{leads}

## Conflicts

`domain/sync/conflict.py`. A conflict is `open` until a person decides (`resolved`), or the two sides come to agree by
themselves (`settled`). Either may be opened again: somebody decides otherwise, or the sides differ anew.

{conflicts}

## Deliveries

`domain/webhooks/delivery.py`. What came in by a webhook is `received` until it has been looked at. Every end may be
replayed: then it is `received` again. `webhooks.md` says what leads to which end.

{deliveries}

## Webhook endpoints

`domain/webhooks/endpoint.py`. An endpoint is disabled by a person, by its receiver (410), or because it failed for too
long; only a person enables it again.

{endpoints}

## Messages

`domain/webhooks/message.py`. What goes out by a webhook is `pending` until it was delivered, failed for the last time,
or was cancelled because its endpoint was disabled. Every end may be replayed.

{messages}
"""


def diagram(edges: Iterable[str]) -> str:
    """A Mermaid state diagram, which code hosts draw in place."""
    return "\n".join(("```mermaid", "stateDiagram-v2", *(f"    {edge}" for edge in edges), "```"))


def page() -> str:
    """The whole page as the tables have it now."""
    memberships = [
        f"{source.value} --> {target.value}: {step.value}"
        for source, steps in status.TRANSITIONS.items()
        for step, target in steps.items()
    ]
    leads = [
        f"{source.value} --> {target.value}"
        for source, targets in stage.TRANSITIONS.items()
        for target in sorted(targets, key=list(stage.Stage).index)
    ]
    conflicts = [
        f"{source.value} --> {target.value}"
        for source, targets in conflict.TRANSITIONS.items()
        for target in sorted(targets, key=list(conflict.ConflictState).index)
    ]
    deliveries = [
        f"{source.value} --> {target.value}"
        for source, targets in delivery.TRANSITIONS.items()
        for target in sorted(targets, key=list(delivery.DeliveryState).index)
    ]
    endpoints = [
        f"{source.value} --> {target.value}" for source, targets in endpoint.TRANSITIONS.items() for target in targets
    ]
    messages = [
        f"{source.value} --> {target.value}"
        for source, targets in message.TRANSITIONS.items()
        for target in sorted(targets, key=list(message.MessageState).index)
    ]
    return TEXT.format(
        memberships=diagram(["[*] --> pending", *memberships]),
        leads=diagram(["[*] --> new", *leads]),
        conflicts=diagram(["[*] --> open", *conflicts]),
        deliveries=diagram(["[*] --> received", *deliveries]),
        endpoints=diagram(["[*] --> active", *endpoints]),
        messages=diagram(["[*] --> pending", *messages]),
    )


def test_the_page_says_what_the_tables_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_state_and_every_step_is_on_the_page() -> None:
    words = page().replace(":", " ").split()
    for name in (
        *status.Status,
        *status.Step,
        *stage.Stage,
        *conflict.ConflictState,
        *delivery.DeliveryState,
        *endpoint.EndpointState,
        *message.MessageState,
    ):
        assert name.value in words


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
