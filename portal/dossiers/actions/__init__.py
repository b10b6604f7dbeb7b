"""What can be done to drafts and dossiers: one module per part of their life."""
