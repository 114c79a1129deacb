"""Orders in, receipts out: the desk that gathers them, OSC, and the keys of the terminal."""
