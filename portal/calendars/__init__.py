"""The calendar as an administrator keeps it: editions that never change, a draft beside them, the year at a glance."""
