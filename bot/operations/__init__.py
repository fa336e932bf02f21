"""What keeps an installation in order: its database known again, its event log anchored, its health told."""
