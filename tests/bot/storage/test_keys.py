"""Keys: made once, kept from others, changed without losing anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.storage.keys import FILE_NAME, Keys, new_key
from dialogues.errors import SaysoError


def test_the_first_start_makes_a_key_for_its_owner_only(tmp_path: Path) -> None:
    token = Keys.load(tmp_path / "data").encrypt("Winnie")
    path = tmp_path / "data" / FILE_NAME
    assert path.stat().st_mode & 0o777 == 0o600
    assert Keys.load(tmp_path / "data").decrypt(token) == "Winnie"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666, 0o610])
def test_a_key_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    Keys.load(tmp_path)
    (tmp_path / FILE_NAME).chmod(mode)
    with pytest.raises(SaysoError, match="chmod 600") as caught:
        Keys.load(tmp_path)
    assert caught.value.code == "key_file_loose"


@pytest.mark.parametrize(("value", "code"), [("not a key", "key_invalid"), (" , ", "key_invalid")])
def test_a_bad_key_is_refused(tmp_path: Path, value: str, code: str) -> None:
    with pytest.raises(SaysoError) as caught:
        Keys.load(tmp_path, value=value)
    assert caught.value.code == code


def test_a_named_key_file_has_to_exist(tmp_path: Path) -> None:
    with pytest.raises(SaysoError) as caught:
        Keys.load(tmp_path, file=tmp_path / "elsewhere.key")
    assert caught.value.code == "key_missing"


def test_a_new_key_in_front_reads_old_tokens_and_keeps_pseudonyms(tmp_path: Path) -> None:
    old, new = new_key(), new_key()
    before, after = Keys([old]), Keys.load(tmp_path, value=f"{new},{old}")
    assert after.decrypt(before.encrypt("Winnie")) == "Winnie"
    assert after.pseudonym("participant", "1") == before.pseudonym("participant", "1")
    with pytest.raises(SaysoError) as caught:
        before.decrypt(after.encrypt("Winnie"))
    assert caught.value.code == "key_wrong"


def test_pseudonyms_differ_by_key_purpose_and_value() -> None:
    first, second = Keys([new_key()]), Keys([new_key()])
    made = {
        first.pseudonym("participant", "1"),
        first.pseudonym("participant", "2"),
        first.pseudonym("resume", "1"),
        second.pseudonym("participant", "1"),
    }
    assert len(made) == 4
