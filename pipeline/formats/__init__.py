"""One file a format: bytes or columns of an input file to `Rows`, without Beam."""
