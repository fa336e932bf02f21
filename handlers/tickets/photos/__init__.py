"""What is known of the photos of a ticket: which came before, which goods they show, signs of making and editing."""
