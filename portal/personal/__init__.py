"""What the portal holds about a person, who looked at it, and what they may ask for."""
