"""What administrators do, by what it is done to."""
