"""What is known of the photos of a ticket: which came before, and signs of making and editing."""
