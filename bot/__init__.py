"""The process and its connections: channels, desks, commands, and the parts that run."""
