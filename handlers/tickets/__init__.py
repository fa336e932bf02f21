"""The mechanics of a ticket: states, clocks, decisions, notices, and what is sent to the desk."""
