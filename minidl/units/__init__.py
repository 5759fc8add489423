"""What hidden units see: the lecture's part 2."""
