"""A believable province to try the portal with: people, and weeks of dossiers lived through the real verbs."""
