"""What concerns the database as a whole: the processes that share it, and moving it."""
