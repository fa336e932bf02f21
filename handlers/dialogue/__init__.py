"""What a customer or leader says, decided without side effects: replies and outcomes."""
