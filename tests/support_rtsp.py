"""Run by the system's Python: a real RTSP server on loopback, from GStreamer.

Prints its port and serves ``/test`` (64x48 H.264, a moving ball) until it is killed. Debian:
``python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-good gstreamer1.0-plugins-ugly``.
Takes the port to use as its argument, 0 for any.
"""

from __future__ import annotations

import sys

import gi  # type: ignore[import-not-found]  # the system's Python has it, not ours

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import (  # type: ignore[import-not-found]  # noqa: E402 - after require_version
    GLib,
    Gst,
    GstRtspServer,
)

Gst.init(None)
server = GstRtspServer.RTSPServer.new()
server.set_address("127.0.0.1")
server.set_service(sys.argv[1])
factory = GstRtspServer.RTSPMediaFactory.new()
factory.set_launch(
    "( videotestsrc is-live=true pattern=ball "
    "! video/x-raw,format=I420,width=64,height=48,framerate=25/1 "
    "! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=12 "
    "! rtph264pay name=pay0 pt=96 config-interval=1 )"
)
server.get_mount_points().add_factory("/test", factory)
server.attach(None)
sys.stdout.write(f"{server.get_bound_port()}\n")
sys.stdout.flush()
GLib.MainLoop().run()
