"""A night kept in a file, and played again: what entered the loop, in; the same light, out (`docs/recording.md`)."""
