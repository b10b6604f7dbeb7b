"""Notices: delivering them through their channels."""
