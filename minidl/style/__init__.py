"""Neural style transfer: the lecture's part 3."""
