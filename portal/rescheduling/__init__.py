"""What a new calendar does to open dossiers: the preview, the job that moves them, the administrator's page."""
