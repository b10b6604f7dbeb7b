"""Timers: what happens when a moment of the law has come."""
