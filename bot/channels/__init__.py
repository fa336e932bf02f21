"""The doors through which customers and leaders talk."""
