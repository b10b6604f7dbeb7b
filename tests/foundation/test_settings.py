"""What an installation is told, and what it refuses to start without."""

from pathlib import Path

import pytest

from portal.foundation.settings import RUNNING_NOTE, Mode, Settings, SettingsError

DEMO = {
    "MODE": "demo",
    "DATABASE_URL": "postgresql://motcua:p4ss@127.0.0.1/motcua",
    "REDIS_URL": "redis://:p4ss@127.0.0.1/0",
    "SECRET_KEY": "p4ss" * 10,
}
PRODUCTION = {
    **DEMO,
    "MODE": "production",
    "PUBLIC_URL": "https://motcua.example.vn/",
    "STORAGE_URL": "s3://motcua",
    "SMTP_URL": "smtp://mail:1025",
    "CLAMD_URL": "tcp://clamav:3310",
}


def test_production_names_everything_that_is_missing_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as error:
        Settings.from_environment({"DATA_DIR": str(tmp_path)})

    for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "PUBLIC_URL", "STORAGE_URL", "SMTP_URL", "CLAMD_URL"):
        assert name in str(error.value)


def test_nothing_said_about_the_mode_is_production(tmp_path: Path) -> None:
    given = {name: value for name, value in PRODUCTION.items() if name != "MODE"}

    settings = Settings.from_environment({**given, "DATA_DIR": str(tmp_path)})

    assert settings.mode is Mode.PRODUCTION
    assert settings.public_url == "https://motcua.example.vn"
    assert settings.is_https


def test_production_refuses_a_short_secret_and_does_not_repeat_it() -> None:
    with pytest.raises(SettingsError, match="SECRET_KEY is too short") as error:
        Settings.from_environment({**PRODUCTION, "SECRET_KEY": "tooshort"})

    assert "tooshort" not in str(error.value)


def test_an_empty_variable_counts_as_not_given(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="SECRET_KEY not set"):
        Settings.from_environment({**PRODUCTION, "SECRET_KEY": " ", "DATA_DIR": str(tmp_path)})


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("PORT", "http", "PORT is “http”; it must be a whole number from 1 to 65535"),
        ("PORT", "65536", "PORT is “65536”"),
        ("WEB_WORKERS", "0", "WEB_WORKERS is “0”"),
        ("TRUSTED_PROXIES", "all", "TRUSTED_PROXIES is “all”; it must be a whole number from 0 to 9"),
        ("MODE", "prod", "MODE is “prod”; it must be demo, production or test"),
        ("DATABASE_URL", "mysql://p4ss@host/db", "DATABASE_URL must begin with postgresql://"),
        ("STORAGE_URL", "/var/files", "STORAGE_URL must begin with file:// or s3://"),
    ],
)
def test_a_wrong_value_is_explained(name: str, value: str, complaint: str) -> None:
    with pytest.raises(SettingsError) as error:
        Settings.from_environment({**PRODUCTION, name: value})

    assert complaint in str(error.value)
    assert "p4ss" not in str(error.value)


def test_two_demos_on_one_host_have_cookies_of_their_own() -> None:
    one = Settings.from_environment({**DEMO, "PORT": "8000"})
    other = Settings.from_environment({**DEMO, "PORT": "8001"})

    assert one.instance != other.instance
    assert other.public_url == "http://localhost:8001"


def test_a_command_in_another_terminal_finds_the_running_demo(tmp_path: Path) -> None:
    (tmp_path / RUNNING_NOTE).write_text("".join(f"{name}={value}\n" for name, value in DEMO.items()))

    found = Settings.from_environment({"DATA_DIR": str(tmp_path)})
    told = Settings.from_environment({"DATA_DIR": str(tmp_path), "DATABASE_URL": "postgresql://other/db"})

    assert found.is_demo
    assert found.database_url == DEMO["DATABASE_URL"]
    assert told.database_url == "postgresql://other/db"


def test_what_opens_doors_is_not_in_the_representation(tmp_path: Path) -> None:
    settings = Settings.from_environment({**PRODUCTION, "DATA_DIR": str(tmp_path), "SMTP_URL": "smtp://a:p4ss@mail"})

    assert "p4ss" not in repr(settings)
