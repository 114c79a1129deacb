"""Story and body in, linear light out; then the guard, and the very bytes of the wire."""
