"""What agents look at: the lines of a card, the board, what was searched for."""
