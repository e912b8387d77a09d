"""What rules look at, computed set by set in the database, as of a moment. One file a subject."""
