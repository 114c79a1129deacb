"""Consent, keys and forgetting: whose samples are anywhere, and who can read them."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from installation.record.consent import read_consents
from installation.record.read import Night
from installation.record.seal import Seal, keys_file, read_keys
from installation.show.load import load
from installation.show.problems import ShowProblems
from tests.conftest import SHOW
from tests.record.fakes import everything, keep_night, nexus, values_of

WORN = ("Elif", "Noor")


def test_without_consent_neither_own_samples_nor_the_twin_that_follows_them_are_written(tmp_path: Path) -> None:
    file = tmp_path / "night.mcap"
    _, sensors, _ = keep_night(file, 2.5, worn=WORN, consents=())
    said = everything(file)
    for column in (0, 6, 8, 14):
        times = values_of(sensors.rows, column)
        assert times
        assert not [value for value in times if value in said]
    assert values_of(sensors.rows, 9)[0] in said, "Tomo is simulated, and kept in the open"
    assert not keys_file(file).exists()


def test_who_is_forgotten_is_in_neither_file_and_the_others_stay(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "night.mcap"
    digest, sensors, _ = keep_night(file, 2.5, worn=WORN, consents=WORN)
    key = read_keys(keys_file(file))["Elif"]
    assert key is not None
    assert nexus("forget", "Elif", file) == 0
    assert "Elif is forgotten" in capsys.readouterr().out
    said = everything(file)
    assert not [value for column in (0, 8) for value in values_of(sensors.rows, column) if value in said]
    assert key not in said
    assert key.hex().encode() not in said
    night = Night(file)
    steps = list(night.steps(()))
    columns = {column for step in steps for column in step.samples.column.tolist()}
    assert columns == {6, *range(9, 16)}
    assert nexus("replay", file, "--offline") == 0
    replayed = capsys.readouterr()
    assert "Elif was forgotten; their twin stands in" in replayed.err
    assert digest not in replayed.out
    assert nexus("forget", "Elif", file) == 0
    assert "already" in capsys.readouterr().out


def test_without_the_sidecar_nobody_s_own_samples_can_be_read(tmp_path: Path) -> None:
    file = tmp_path / "night.mcap"
    keep_night(file, 2.0, worn=WORN, consents=WORN)
    keys_file(file).unlink()
    night = Night(file)
    assert set(night.unkept) == set(WORN)
    assert not night.kept
    assert len(list(night.steps(()))) == 150


@pytest.mark.parametrize(
    ("wearer", "code", "said"),
    [("Elfi", 2, "did you mean"), ("Tomo", 0, "nothing to forget")],
)
def test_who_can_not_be_forgotten_is_told_why(
    wearer: str, code: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "night.mcap"
    keep_night(file, 0.5, worn=("Elif",), consents=("Elif",))
    assert nexus("forget", wearer, file) == code
    told = capsys.readouterr()
    assert said in told.out + told.err


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_the_keys_are_for_their_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "night.mcap"
    keep_night(file, 0.2, worn=("Elif",), consents=("Elif",))
    assert stat.S_IMODE(keys_file(file).stat().st_mode) == 0o600


def test_a_sealed_message_opens_only_in_its_own_place() -> None:
    key = bytes(range(32))
    seal = Seal(key, "night", "Elif")
    first, second = seal.close(b"one"), seal.close(b"two")
    assert seal.open(0, first) == b"one"
    assert seal.open(1, second) == b"two"
    for other, number, data in (
        (seal, 1, first),
        (Seal(key, "night", "Noor"), 0, first),
        (Seal(key, "other", "Elif"), 0, first),
        (Seal(bytes(32), "night", "Elif"), 0, first),
        (seal, 0, first[:-1] + bytes([first[-1] ^ 1])),
    ):
        with pytest.raises(ValueError, match="can't be opened"):
            other.open(number, data)


def test_consent_is_read_from_beside_the_show_and_withdrawn_by_one_word(tmp_path: Path) -> None:
    for file in SHOW.glob("*.toml"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    assert read_consents(load(tmp_path)) == {}
    (tmp_path / "consent.toml").write_text(
        '[[consent]]\nwearer = "Elif"\ngiven = 2026-11-22\nrecord = true\n'
        '[[consent]]\nwearer = "Noor"\ngiven = 2026-11-22\nrecord = false\n'
    )
    assert read_consents(load(tmp_path)) == {"Elif": "2026-11-22"}


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('[[consent]]\nwearer = "Elfi"\ngiven = 2026-11-22\nrecord = true\n', 2, 'did you mean "Elif"'),
        ('[[consent]]\nwearer = "Elif"\ngiven = "today"\nrecord = true\n', 3, "the day it was given"),
        ('[[consent]]\nwearer = "Elif"\ngiven = 2026-11-22\n', 1, 'has no "record"'),
        ('[[consent]]\nwearer = "Elif"\ngiven = 2026-11-22\nrecord = 1\n', 4, "true or false"),
        ('consent = "all"\n', 1, "consent"),
        ("\n", 0, "is empty"),
    ],
)
def test_a_consent_that_is_not_clear_stops_the_run(
    text: str, line: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "consent.toml"
    file.write_text(text)
    with pytest.raises(ShowProblems):
        read_consents(load(SHOW), file)
    assert nexus("run", "--offline", "--seconds", "0", "--record", tmp_path / "n.mcap", "--consent", file) == 1
    told = capsys.readouterr()
    assert "digest" not in told.out
    assert said in told.err
    if line:
        assert f"consent.toml:{line}:" in told.err


def test_a_consent_without_a_recording_is_a_misunderstanding(capsys: pytest.CaptureFixture[str]) -> None:
    assert nexus("run", "--offline", "--seconds", "0", "--consent", "consent.toml") == 2
    assert "--record FILE.mcap is missing" in capsys.readouterr().err
