"""The counter: dossiers taken down for whoever stands before an officer, and how they come into an account later."""
