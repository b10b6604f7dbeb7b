"""What the administrator's pages read."""
