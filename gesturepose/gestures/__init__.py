"""Gestures: from a person's motion to gesture events, by rules a person can read and write."""
