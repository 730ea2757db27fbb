"""What each verb does, step by step."""
