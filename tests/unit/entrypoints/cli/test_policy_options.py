import re
from pathlib import Path

import pytest

from tresen.domain.shared.errors import InvalidValue, NotFound
from tresen.entrypoints.cli.policy_options import RuleOptions, field_laws, merged, read_document

LONG = f"deleted=5%,{'9' * 5000}"


def test_options_that_were_not_given_say_nothing() -> None:
    assert RuleOptions().document() == {}
    assert RuleOptions(default="ask", create_there=False).document() == {"default": "ask", "create_there": False}


def test_a_guard_is_a_share_and_perhaps_a_number() -> None:
    assert RuleOptions(guard=("deleted=5%,3", "blanked=50%")).document() == {
        "guards": {"deleted": {"percent": 5, "at_least": 3}, "blanked": {"percent": 50}}
    }


@pytest.mark.parametrize("text", ["deleted", "deleted=5", "deleted=five%", "=5%", "deleted=5%,", "deleted=-5%", LONG])
def test_a_guard_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue, match="no guard such as deleted=5%,3"):
        RuleOptions(guard=(text,)).document()


def test_laws_are_named_by_field() -> None:
    assert field_laws(["email=ours", "phone="], "email=ours") == {"email": "ours", "phone": ""}
    for wrong in (["email"], ["=ours"], ["email=ours", "email=ask"]):
        with pytest.raises(InvalidValue):
            field_laws(wrong, "email=ours")


@pytest.mark.parametrize(
    ("text", "write"),
    [
        ("create_there=yes", "--create-there or --no-create-there"),
        ("lead.delete-here=no", "--delete-here or --no-delete-here"),
        ("default=ours", "--default LAW"),
        ("guards=deleted", "--guard NAME=SHARE"),
    ],
)
def test_an_option_that_is_written_as_a_field_is_pointed_to(text: str, write: str) -> None:
    with pytest.raises(InvalidValue, match=f"option: write {write}"):
        field_laws([text], "email=ours")


def test_what_is_said_goes_on_top_of_what_was_said() -> None:
    below = {"default": "ours", "fields": {"email": "ask"}, "guards": {"deleted": {"percent": 5, "at_least": 3}}}
    said = {"deletes": "ask", "fields": {"phone": "ours"}, "guards": {"deleted": {"percent": 7}, "blanked": {}}}
    assert merged(below, said) == {
        "default": "ours",
        "deletes": "ask",
        "fields": {"email": "ask", "phone": "ours"},
        "guards": {"deleted": {"percent": 7, "at_least": 3}, "blanked": {}},
    }


def test_what_is_taken_away_leaves_nothing_behind() -> None:
    assert merged({"fields": {"email": "ask"}}, {"fields": {"email": ""}}) == {}
    assert merged({"default": "ours", "create_here": False}, {"default": ""}) == {"create_here": False}


def test_a_document_is_an_object_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "p.json"
    file.write_text('{"default": "ours"}')
    assert read_document(file) == {"default": "ours"}
    for text in ("[1]", "nothing", "\xff"):
        file.write_text(text, encoding="latin-1")
        with pytest.raises(InvalidValue):
            read_document(file)
    with pytest.raises(NotFound):
        read_document(tmp_path / "none.json")
    with pytest.raises(NotFound):
        read_document(tmp_path)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[" * 100_000, "nests its brackets too deeply"),
        ('{"default": "ours", "default": "theirs"}', "has the key 'default' twice"),
        ('{"fields": {"email": "ours", "email": "theirs"}}', "has the key 'email' twice"),
        ('{"guards": {"deleted": {"percent": ' + "9" * 5_000 + "}}}", "has a number with too many digits"),
        ('{"guards": {"deleted": {"percent": NaN}}}', "is no JSON: NaN is no number"),
        ('{"default": }', "is no JSON: Expecting value"),
    ],
)
def test_what_is_no_document_is_refused_in_words(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "p.json"
    file.write_text(text)
    with pytest.raises(InvalidValue) as refused:
        read_document(file)
    assert refused.value.message.startswith(f"{file} {why}")
    assert "sys." not in refused.value.message


def test_a_file_may_begin_with_the_mark_that_some_editors_write(tmp_path: Path) -> None:
    file = tmp_path / "p.json"
    file.write_text('{"default": "ours"}', encoding="utf-8-sig")
    assert read_document(file) == {"default": "ours"}


def test_a_file_that_is_no_text_or_cannot_be_named_is_refused_in_words(tmp_path: Path) -> None:
    file = tmp_path / "p.json"
    file.write_bytes(b"\xff\xfe{")
    with pytest.raises(InvalidValue, match="is no text in UTF-8"):
        read_document(file)
    for name in ("x" * 5_000, "a\0b"):
        with pytest.raises(NotFound):
            read_document(tmp_path / name)


def test_the_example_is_one_that_would_be_taken(tmp_path: Path) -> None:
    file = tmp_path / "p.json"
    file.write_text("[]")
    with pytest.raises(InvalidValue, match=re.escape('such as {"member": {"default": "ask"}}')):
        read_document(file, such_as='{"member": {"default": "ask"}}')
