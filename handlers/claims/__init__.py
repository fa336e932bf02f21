"""The draft of a claim: its slots, what fills them, what it comes to, and what is asked next."""
