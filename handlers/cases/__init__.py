"""What happens to a ticket outside the desk: filing, remarks, answers, appeals, leaders, timers."""
