"""The advisory locks of the database that have a number of their own, together so that no two share one."""

import enum


@enum.unique
class AdvisoryLock(enum.IntEnum):
    """A number is never reused for something else: programs of two releases may run side by side."""

    MIGRATION = 0x4D43
    """Two machines deploying at once do not migrate at once."""
    CALENDAR = 7204504
    """Acts share it (`calendar_in_force()` in the database), putting a calendar into force takes it alone."""
    COUNTING = 0x6D6F7463
    """One counter of figures at a time; another one that comes finds the work done."""
    SHEETS = 0x6D6F7473
    """One maker of the figures' sheets at a time: an older count never overwrites a newer."""
    BELL = 0x6D6F7462
    """The relay that passes on what is told."""
    TEXTS = 0x74657874
    """Versions of texts are counted: one writer at a time."""
