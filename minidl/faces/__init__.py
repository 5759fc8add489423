"""Face verification and recognition: the lecture's part 1."""
