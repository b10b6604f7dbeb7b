"""Letters: printing, sealing."""
