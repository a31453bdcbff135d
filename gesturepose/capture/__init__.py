"""Capture: frames from cameras, files, folders, streams and keypoint recordings.

`opening.open_source` opens what a person names; `thread.CaptureThread` keeps its newest frame.
"""
