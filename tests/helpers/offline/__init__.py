"""Files that are drawn, what the command has to make of them, and faults it has to meet."""
