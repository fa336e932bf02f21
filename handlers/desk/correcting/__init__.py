"""What was misread, corrected by agents."""
