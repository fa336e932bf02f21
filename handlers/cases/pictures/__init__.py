"""What the picture of a photo tells: whether it was sent before, and which order its label names."""
