"""Files, local or remote, through the file systems of Beam."""
