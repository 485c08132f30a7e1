"""Which items may be recommended, as both programs take and apply it."""
