"""The doors through which agents work."""
