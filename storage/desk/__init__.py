"""What the desk remembers: its queue, its messages, and what agents put right."""
