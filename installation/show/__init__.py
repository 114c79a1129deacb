"""What the designer wrote: read, checked, bound by name, and frozen while the show runs."""
