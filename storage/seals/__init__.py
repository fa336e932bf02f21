"""What makes rows show that another hand changed them: chains and seals under a key."""
