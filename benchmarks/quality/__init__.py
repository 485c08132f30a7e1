"""What models and choices are worth."""
