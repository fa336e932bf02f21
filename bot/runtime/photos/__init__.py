"""What is done about stored photos while the service runs."""
