"""What is done with money: bills raised, attempts settled, refunds given back."""
