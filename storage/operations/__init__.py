"""What concerns the database as a whole: the processes that share it, moving it, and its upkeep."""
