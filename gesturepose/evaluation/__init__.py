"""Measurements users can run: of gestures, of poses, of speed and steadiness."""
