"""Scripts as data: read back equal, told in words, the same from the same seed, whatever Python's hashes are."""

import json
import os
import subprocess
import sys
from pathlib import Path

import attrs
import pytest

from tresen.adapters.simulation.draw import draw
from tresen.adapters.simulation.phrases import told
from tresen.adapters.simulation.script import STEPS
from tresen.adapters.simulation.script_json import read_script, script_document
from tresen.adapters.simulation.simulate import simulate
from tresen.adapters.simulation.steps.decisions import Resolve
from tresen.adapters.simulation.steps.edits import EditAtCounter
from tresen.adapters.simulation.steps.runs import OnTime, Sync, Webhook
from tresen.adapters.simulation.steps.settings import SetPolicy
from tresen.adapters.simulation.words import ALL_FAULTS, DELETE, FAULTS, HABITS, LIST, LOOK, PUSH
from tresen.application.log_context import bound
from tresen.domain.shared.errors import InvalidValue

PROGRAM = """
import asyncio
from tresen.adapters.simulation.campaign import Campaign, play_portion
for outcome in play_portion(Campaign(), range({first}, {last})):
    print(outcome.script.seed, outcome.digest)
"""


@pytest.mark.parametrize("seed", range(60))
def test_a_script_is_read_back_equal_from_json(seed: int) -> None:
    script = draw(seed)
    text = json.dumps(script_document(script))
    assert read_script(text) == script
    assert draw(seed) == script
    assert len(told(script)) == len(script.accounts) + len(script.steps)


def test_what_is_empty_and_has_no_usual_value_is_told() -> None:
    script = attrs.evolve(draw(3), steps=(SetPolicy(account=0, kind="lead", document={}),))
    assert read_script(json.dumps(script_document(script))) == script


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"seed": 1, "accounts": [], "courses": [], "steps": []}', '{"seed": "x"}']
)
def test_what_is_no_script_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue):
        read_script(text)


def test_a_script_needs_no_seed() -> None:
    script = draw(3)
    document = {name: value for name, value in script_document(script).items() if name != "seed"}
    assert read_script(json.dumps(document)) == attrs.evolve(script, seed=0)


def test_the_whole_answer_of_a_simulation_is_the_script_of_the_first_that_failed() -> None:
    first, second = ({"seed": seed, "rule": "quiet", "script": script_document(draw(seed))} for seed in (3, 4))
    assert read_script(json.dumps({"seeds": 9, "failed": [first, second]})) == draw(3)
    assert read_script(json.dumps(second)) == draw(4)


STEP = {"do": "delete_here", "tenant": 0, "kind": "lead", "who": "L1"}
WHOLE = {"accounts": [{}], "courses": ["leads"], "steps": [STEP]}


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ([], "it is no JSON object"),
        ({"seeds": 3, "failed": []}, "in which no seed failed"),
        ({"seed": 1, "courses": []}, "it has no accounts and no steps"),
        ({**WHOLE, "accounts": []}, "it has no account"),
        ({**WHOLE, "accounts": [{"page": 3}]}, "account 0 has no 'page'; it has tenant, writes, page_size"),
        ({**WHOLE, "courses": ["goats"]}, "courses has no 'goats', only members, leads"),
        ({**WHOLE, "steps": [STEP, {"do": "jump"}]}, "step 2 does 'jump'; it can do edit_here, "),
        ({**WHOLE, "steps": [{**STEP, "whom": "x"}]}, "step 1 (delete_here) has no 'whom'; it has tenant, kind, who"),
        ({**WHOLE, "steps": [{"do": "sync", "course": "leads"}]}, "step 1 (sync) needs 'account'"),
        ({**WHOLE, "steps": 7}, "a value in it has a form that no script has"),
    ],
)
def test_what_is_wrong_with_a_script_is_told_in_words(document: object, why: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        read_script(json.dumps(document))
    assert refused.value.message.startswith("this is no script of a simulation: ")
    assert why in refused.value.message
    assert read_script(json.dumps(WHOLE)).courses == ("leads",)


EDIT = {"do": "create_there", "account": 0, "kind": "lead", "who": "L1", "values": {"email": "a@example.org"}}
ENTER = {"do": "enter_lead", "account": 0, "who": "L1", "values": {"email": "a@example.org"}}
CHANGE = {"do": "update_membership", "account": 0, "who": "S1"}
SYNC = {"do": "sync", "account": 0, "course": "leads"}


@pytest.mark.parametrize(
    ("step", "why"),
    [
        ({**STEP, "tenant": 2**70}, "tenant of step 1 (delete_here) must be a whole number from 0 to 99"),
        ({**STEP, "tenant": True}, "tenant of step 1"),
        ({**STEP, "kind": "goat"}, "kind of step 1 (delete_here) must be one of member, membership, lead"),
        ({**STEP, "who": 7}, "who of step 1 (delete_here) must be text"),
        ({**STEP, "who": "\ud800"}, "who of step 1 (delete_here) must be text"),
        ({**SYNC, "account": 7}, "step 1 (sync) is about account 7; there is only account 0"),
        ({**SYNC, "account": "0"}, "account of step 1 (sync) must be a whole number"),
        ({**SYNC, "course": "goats"}, "course of step 1 (sync) must be one of members, leads"),
        ({**SYNC, "crash": -1}, "crash of step 1 (sync) must be a whole number from 0 to 1,000, or null"),
        ({**SYNC, "faults": [{"at": 0, "what": "luck"}]}, "what of faults of step 1 (sync) must be one of lost"),
        ({**SYNC, "faults": [{"when": 0}]}, "faults of step 1 (sync) has no 'when'; it has at, what, call"),
        ({**SYNC, "faults": 3}, "faults of step 1 (sync) must be a list of objects"),
        ({**SYNC, "meanwhile": [{"at": 0}]}, "meanwhile of step 1 (sync) needs 'step'"),
        (
            {**SYNC, "meanwhile": [{"at": 0, "step": {**EDIT, "account": 1}}]},
            "meanwhile of step 1 (sync) (create_there) is about account 1; there is only account 0",
        ),
        ({**EDIT, "values": {"shoe": "42"}}, "values of step 1 (create_there) has no 'shoe'; a lead has first_name"),
        ({**EDIT, "values": {"email": 7}}, "email in values of step 1 (create_there) must be text, or null"),
        ({**EDIT, "kind": "member", "values": {"sms_opt_in": "yes"}}, "sms_opt_in in values of step 1"),
        ({**EDIT, "kind": "member", "values": {"born_on": "2026-02-30"}}, "born_on in values of step 1"),
        ({**EDIT, "kind": "membership", "values": {"price": "x"}}, "price in values of step 1"),
        ({**EDIT, "kind": "membership", "values": {"name": "Gold"}}, "values of step 1 (create_there) needs 'member'"),
        ({**ENTER, "values": {"shoe": "42"}}, "values of step 1 (enter_lead) has no 'shoe'; a lead has first_name"),
        ({**ENTER, "values": {"email": 7}}, "email in values of step 1 (enter_lead) must be text, or null"),
        ({**ENTER, "kind": "lead"}, "step 1 (enter_lead) has no 'kind'; it has account, faults"),
        ({**CHANGE, "status": "gone"}, "status of step 1 (update_membership) must be one of active, paused"),
        ({**CHANGE, "monthly_price": "dear"}, "monthly_price of step 1 (update_membership) must be a number"),
        ({**EDIT, "late_s": 10**9}, "late_s of step 1 (create_there) must be"),
        ({"do": "pass_time", "minutes": 10**12}, "minutes of step 1 (pass_time) must be"),
        ({"do": "set_writes", "account": 0, "on": 1}, "on of step 1 (set_writes) must be true or false"),
        (
            {"do": "set_policy", "account": 0, "kind": "lead", "document": {"default": "oldest"}},
            "document of step 1 (set_policy): ",
        ),
        ({"do": ["sync"]}, "step 1 does ['sync']; it can do edit_here"),
        (7, "step 1 is no JSON object"),
    ],
)
def test_a_value_that_no_step_has_is_told_in_words(step: object, why: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        read_script(json.dumps({**WHOLE, "steps": [step]}))
    assert why in refused.value.message


@pytest.mark.parametrize(
    ("account", "why"),
    [
        ({"page_size": 0}, "page_size of account 0 must be a whole number from 1 to 1,000"),
        ({"page_size": []}, "page_size of account 0 must be"),
        ({"tenant": 100}, "tenant of account 0 must be"),
        ({"habits": ["smokes"]}, "habits of account 0 must be a list of normalise"),
        ({"habits": "picky"}, "habits of account 0 must be a list of normalise"),
        ({"policies": {"goat": {}}}, "policies of account 0 must be a policy of member, membership, lead"),
        ({"policies": {"lead": {"fields": {"email": "zzz"}}}}, "policies of account 0: "),
        (7, "account 0 is no JSON object"),
    ],
)
def test_a_value_that_no_account_has_is_told_in_words(account: object, why: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        read_script(json.dumps({**WHOLE, "accounts": [account]}))
    assert why in refused.value.message


@pytest.mark.parametrize("seed", [None, "1", 1.5, -1, True])
def test_a_seed_is_a_number(seed: object) -> None:
    with pytest.raises(InvalidValue, match="seed must be a whole number"):
        read_script(json.dumps({**WHOLE, "seed": seed}))


def test_a_key_that_is_there_twice_is_refused() -> None:
    with pytest.raises(InvalidValue, match="it has the key 'courses' twice"):
        read_script('{"accounts": [{}], "courses": ["leads"], "courses": ["members"], "steps": []}')


def test_a_script_nested_too_deeply_is_refused_in_words() -> None:
    with pytest.raises(InvalidValue, match="it nests its brackets too deeply"):
        read_script("[" * 100_000)


@pytest.mark.parametrize("seed", [0, 3])
async def test_whoever_asks_for_a_simulation_leaves_no_trace_in_it(seed: int) -> None:
    script = draw(seed)
    alone = await simulate(script)
    with bound(correlation_id="a"):
        assert (await simulate(script)).digest == alone.digest


BESIDE = ("faults", "crash", "meanwhile", "overtaken", "late_s", "copies", "after")


def test_only_what_is_asked_for_is_drawn() -> None:
    for seed in range(30):
        script = draw(seed, courses=("leads",), faults=())
        assert script.courses == ("leads",)
        steps = script_document(script)["steps"]
        assert isinstance(steps, list)
        assert not any(key in step for step in steps for key in BESIDE)
        assert not any(spec.habits or spec.ahead_s for spec in script.accounts)
        assert {step.get("kind", "lead") for step in steps} == {"lead"}
        assert {step.get("course", "leads") for step in steps} == {"leads"}


def test_what_may_go_wrong_is_drawn_in_the_seeds_that_are_always_played() -> None:
    scripts = [draw(seed) for seed in range(60)]
    syncs = [step for script in scripts for step in script.steps if isinstance(step, Sync)]
    assert {habit for script in scripts for spec in script.accounts for habit in spec.habits} == set(HABITS)
    assert {fault.what for sync in syncs for fault in sync.faults} == set(FAULTS)
    assert {fault.call for sync in syncs for fault in sync.faults} == {None, LIST, LOOK, PUSH, DELETE}
    assert {type(step) for script in scripts for step in script.steps} == set(STEPS.values())
    assert any(sync.overtaken for sync in syncs)
    webhooks = [step for script in scripts for step in script.steps if isinstance(step, Webhook)]
    assert {webhook.copies for webhook in webhooks} == {0, 1, 2, 3}
    assert any(webhook.after for webhook in webhooks)
    assert any(webhook.faults for webhook in webhooks)
    on_time = [step for script in scripts for step in script.steps if isinstance(step, OnTime)]
    assert any(webhook.crash is not None for webhook in webhooks)
    assert any(step.crash is not None for step in on_time)
    edits = [step for script in scripts for step in script.steps if isinstance(step, EditAtCounter)]
    assert {edit.behind for edit in edits} == {None, 0, 1, 3}
    within = [each.step for sync in syncs for each in (*sync.meanwhile, *sync.overtaken)]
    assert any(isinstance(step, EditAtCounter) for step in within)
    assert {spec.ahead_s for script in scripts for spec in script.accounts} == {-240, -45, 0, 45, 240}
    assert {step.choice for script in scripts for step in script.steps if isinstance(step, Resolve)} == {
        *("theirs", "ours", "value")
    }
    assert any(sync.crash is not None for sync in syncs)


def words_below(heading: str) -> set[str]:
    page = (Path(__file__).parents[4] / "docs/how-to/simulate.md").read_text(encoding="utf-8")
    section = page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    table = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    return {word.strip("` ") for cell in table for word in cell.split(",")}


def test_the_page_has_every_word() -> None:
    assert words_below("What may go wrong") == ALL_FAULTS
    told = words_below("What people do, and how webhooks come")
    assert told <= STEPS.keys()
    # What the words of failures tell of, and what the page begins with.
    assert {name for name in STEPS if name not in told} == {
        *("edit_here", "create_here", "delete_here", "edit_there", "create_there", "delete_there"),
        *("garble", "mend", "expire", "renew", "forget", "set_writes", "pass_time", "sync"),
    }


def test_a_seed_gives_the_same_bytes_whatever_the_hashes() -> None:
    outputs = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM.format(first=20, last=32)],
            env={**os.environ, "PYTHONHASHSEED": hashes},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for hashes in ("0", "4711")
    }
    (told_twice,) = outputs
    assert len(told_twice.splitlines()) == 12
