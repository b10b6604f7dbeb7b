"""The words of notices and letters where the house has written its own, version by version."""
