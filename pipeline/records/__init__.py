"""What is written: serialised examples and the files that hold them."""
