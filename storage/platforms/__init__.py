"""What the platforms have to remember between two starts, row by row."""
