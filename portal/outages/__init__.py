"""Times in which the portal was or will be out of service, and telling people of them."""
