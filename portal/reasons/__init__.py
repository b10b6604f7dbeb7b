"""Reasons that officers choose from when something is wrong with a dossier."""
