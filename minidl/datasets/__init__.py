"""Pictures, signals and volumes to learn from, most of them drawn by our own code."""
