"""What may be done to accounts, one module for each thing it is done to."""
