"""Bytes in, Samples out: serial ports, simulated people, wire formats and the times of their rows."""
