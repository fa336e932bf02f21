"""The talk and the desk: what happens and why."""
