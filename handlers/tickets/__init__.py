"""The mechanics of a ticket: states, clocks, decisions, notices, and what goes to the desk."""
