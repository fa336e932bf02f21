"""What was misread, put right by agents."""
