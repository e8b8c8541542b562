"""The response cache: whole answers, kept as the bytes that were sent."""
