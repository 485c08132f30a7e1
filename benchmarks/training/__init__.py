"""Reading and training: steps, epochs, and what waits for what."""
