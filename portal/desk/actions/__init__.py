"""What officers do at the desk that is not an act on one dossier."""
