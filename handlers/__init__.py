"""The talk and the desk: what happens to a claim, and why."""
