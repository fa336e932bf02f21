"""What other systems are told of tickets: decisions for the order system, alarms."""
