"""Facts: the turnaround figures, kept up with the events of each dossier."""
