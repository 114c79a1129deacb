"""Samples in, Body out: one file per organ, arrays over wearers; nothing here ever looks ahead."""
