"""The clock: working time, limits, pauses, due dates and their explanation. Pure; the standard library only."""
