"""Transparency: the daily public snapshot."""
