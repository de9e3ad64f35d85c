"""Tests of course_utils.deploy.service_settings: what has to be said before a service starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from course_utils.deploy.service_settings import Settings, SettingsError

KEY = "a key for these tests only"
WHOLE = {"COURSE_REGISTRY": "models", "COURSE_API_KEY": KEY}
FILES = {"API_KEY": "key", "PREDICTION_LOG": "log"}


def test_a_folder_and_a_key_are_enough():
    settings = Settings.from_environment(WHOLE)
    assert (settings.registry, settings.api_keys) == (Path("models"), (KEY,))
    assert (settings.requests_per_second, settings.burst) == (100, 200)


@pytest.mark.parametrize("key", ["", ",", "short", f"{KEY},short", "ü" * 16])
def test_without_a_long_key_no_service_starts(key):
    with pytest.raises(SettingsError, match="API key is missing, or shorter than 16"):
        Settings.from_environment(WHOLE | {"COURSE_API_KEY": key})


def test_without_a_folder_no_service_starts():
    with pytest.raises(SettingsError, match="COURSE_REGISTRY is not set"):
        Settings.from_environment({"COURSE_API_KEY": KEY})


def test_keys_are_separated_by_commas():
    settings = Settings.from_environment(WHOLE | {"COURSE_API_KEY": f"{KEY}, {KEY}2 ,"})
    assert settings.api_keys == (KEY, f"{KEY}2")


@pytest.mark.parametrize(("text", "rate"), [("0", 0), ("2.5", 2.5)])
def test_the_rate_is_a_number_of_requests_a_second(text, rate):
    settings = Settings.from_environment(WHOLE | {"COURSE_RATE_LIMIT": text})
    assert (settings.requests_per_second, settings.burst) == (rate, 2 * rate)


@pytest.mark.parametrize("text", ["-1", "many", "nan", "inf"])
def test_another_rate_is_refused(text):
    with pytest.raises(SettingsError, match="COURSE_RATE_LIMIT is"):
        Settings.from_environment(WHOLE | {"COURSE_RATE_LIMIT": text})


@pytest.mark.parametrize(("text", "url"), [("none", None), ("postgresql://db/log", "postgresql://db/log")])
def test_predictions_are_written_where_they_are_wanted(text, url):
    assert Settings.from_environment(WHOLE | {"COURSE_PREDICTION_LOG": text}).prediction_log == url


def test_predictions_are_written_beside_the_models_if_nothing_is_said(tmp_path):
    settings = Settings.from_environment(WHOLE | {"COURSE_REGISTRY": str(tmp_path)})
    assert settings.prediction_log == f"sqlite:///{tmp_path.resolve() / 'predictions.db'}"


def test_a_secret_may_stand_in_a_file(tmp_path):
    (tmp_path / "key").write_text(f"{KEY}\n")
    (tmp_path / "log").write_text("postgresql://db/log")
    files = {f"COURSE_{name}_FILE": str(tmp_path / file) for name, file in FILES.items()}
    settings = Settings.from_environment({"COURSE_REGISTRY": "models"} | files)
    assert (settings.api_keys, settings.prediction_log) == ((KEY,), "postgresql://db/log")


def test_a_secret_said_twice_is_refused():
    with pytest.raises(SettingsError, match="COURSE_API_KEY and COURSE_API_KEY_FILE are both set"):
        Settings.from_environment(WHOLE | {"COURSE_API_KEY_FILE": "key"})


def test_a_secret_in_no_file_is_refused_by_its_path(tmp_path):
    with pytest.raises(SettingsError, match=r"COURSE_PREDICTION_LOG_FILE .* cannot be read: .*nowhere"):
        Settings.from_environment(WHOLE | {"COURSE_PREDICTION_LOG_FILE": str(tmp_path / "nowhere")})


def test_neither_a_key_nor_a_password_stands_in_what_settings_print():
    printed = repr(Settings(Path("models"), (KEY,), prediction_log="postgresql://me:swordfish@db/log"))
    assert KEY not in printed
    assert "swordfish" not in printed
