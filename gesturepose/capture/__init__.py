"""Capture: frames from cameras, files, folders, streams and keypoint recordings.

`source.open_source` opens what a person names, `thread.CaptureThread` keeps the newest frame of it.
"""
