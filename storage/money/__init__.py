"""What money moved: the costs of tickets, and what suppliers and carriers gave back."""
