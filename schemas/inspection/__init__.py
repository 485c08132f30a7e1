"""What both `inspect` commands show."""
