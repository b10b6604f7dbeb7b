"""Attachments: scanning what was uploaded."""
