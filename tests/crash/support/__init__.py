"""What the crash tests share."""
