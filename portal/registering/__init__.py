"""Companies show by their certificate that they exist, and the one-stop office decides about their registration."""
