"""What became of every row: counts that add up, and rows that were refused."""
