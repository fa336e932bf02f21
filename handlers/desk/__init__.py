"""What agents see and do: cards, actions, corrections, assignment."""
