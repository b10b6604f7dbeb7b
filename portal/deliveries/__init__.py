"""How a result reaches the filer: online, by post, or at the counter at a time that was booked."""
