"""What happens at the counter."""
