"""Tables that somebody sent or exported, as rows of text."""
