"""What a digest says, in plain words, one section a file; its messages and its terminal form read from here."""
