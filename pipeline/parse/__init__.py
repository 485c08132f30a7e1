"""From fields as they stand in a file to events, in columns and without Beam."""
