#!/usr/bin/env python3
"""A camera on the network: serves moving pictures over RTSP on loopback until it is killed.

usage: /usr/bin/python3 rtsp_camera.py [WIDTH HEIGHT FRAMES_PER_SECOND [PORT [PATTERN]]]
Prints its address as the first line, once it can be watched. Needs Debian's python3-gi,
gir1.2-gst-rtsp-server-1.0 and gstreamer1.0-plugins-good, which only the system's Python sees.
"""

import sys

import gi
gi.require_version('Gst', '1.0')
gi.require_version('GstRtspServer', '1.0')
# pylint: disable=wrong-import-position
from gi.repository import GLib, Gst, GstRtspServer


def main():
    width, height, rate = (int(word) for word in (sys.argv[1:4] or [64, 48, 20]))
    port = sys.argv[4] if len(sys.argv) > 4 else '0'  # any free one
    pattern = sys.argv[5] if len(sys.argv) > 5 else 'ball'  # of GStreamer's videotestsrc
    Gst.init(None)
    camera = GstRtspServer.RTSPMediaFactory()
    camera.set_shared(True)
    # JPEG: every frame stands for itself, and is what cheap cameras send.
    camera.set_launch(
        f'( videotestsrc is-live=true pattern={pattern}'
        f' ! video/x-raw,format=I420,width={width},height={height},framerate={rate}/1'
        ' ! jpegenc ! rtpjpegpay name=pay0 pt=96 )')
    server = GstRtspServer.RTSPServer()
    server.set_address('127.0.0.1')
    server.set_service(port)
    server.get_mount_points().add_factory('/door', camera)
    if not server.attach(None):
        sys.exit('rtsp_camera: cannot listen on loopback')
    print(f'rtsp://127.0.0.1:{server.get_bound_port()}/door', flush=True)
    GLib.MainLoop().run()


if __name__ == '__main__':
    main()
