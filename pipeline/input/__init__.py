"""The input: which files, in which ranges, as blocks of rows of any format."""
