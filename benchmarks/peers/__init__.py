"""What users would write or run in place of Seamstress, in their own interpreters."""
