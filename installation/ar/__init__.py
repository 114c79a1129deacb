"""Story in, state of the AR scene out."""
