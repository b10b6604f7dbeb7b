"""The settings of this process, read from the environment at the first question and kept."""

from functools import cache

from portal.foundation.settings import Settings, SettingsError

__all__ = ["Settings", "SettingsError", "settings"]


@cache
def settings() -> Settings:
    """What this process was told. Raises `SettingsError`, whose message says what is missing."""
    return Settings.from_environment()
