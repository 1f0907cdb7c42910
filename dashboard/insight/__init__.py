"""What rows mean, beyond what they say."""
