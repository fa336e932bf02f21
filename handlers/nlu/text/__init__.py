"""The text itself: normalised, spelled by sound; numbers, names, key phrases; the lexicon and its weights."""
