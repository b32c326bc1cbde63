#!/usr/bin/env python3
"""A camera on the network: serves moving pictures over RTSP on loopback until it is killed.

usage: /usr/bin/python3 rtsp_camera.py [WIDTH HEIGHT FRAMES_PER_SECOND [PORT [PATTERN]]]
Where RTSP_CAMERA_LOGIN=USER:PASSWORD stands in the environment, only who knows these may watch; where
RTSP_CAMERA_TRANSPORT=udp or tcp does, only that way.
Prints its address as the first line, once it can be watched. Needs Debian's python3-gi,
gir1.2-gst-rtsp-server-1.0 and gstreamer1.0-plugins-good, which only the system's Python sees.
"""

import os
import sys

import gi
gi.require_version('Gst', '1.0')
gi.require_version('GstRtsp', '1.0')
gi.require_version('GstRtspServer', '1.0')
# pylint: disable=wrong-import-position
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer


def lock(server, camera, login: str):
    """Digest, as cameras do it."""
    user, password = login.split(':', 1)
    token = GstRtspServer.RTSPToken()
    token.set_string('media.factory.role', 'viewer')
    auth = GstRtspServer.RTSPAuth()
    auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
    auth.add_digest(user, password, token)
    server.set_auth(auth)
    permissions = GstRtspServer.RTSPPermissions()
    permissions.add_permission_for_role('viewer', 'media.factory.access', True)
    permissions.add_permission_for_role('viewer', 'media.factory.construct', True)
    camera.set_permissions(permissions)


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
    transport = os.environ.get('RTSP_CAMERA_TRANSPORT', '')
    if transport:
        camera.set_protocols(getattr(GstRtsp.RTSPLowerTrans, transport.upper()))
    server = GstRtspServer.RTSPServer()
    server.set_address('127.0.0.1')
    server.set_service(port)
    server.get_mount_points().add_factory('/door', camera)
    login = os.environ.get('RTSP_CAMERA_LOGIN', '')
    if login:
        lock(server, camera, login)
    if not server.attach(None):
        sys.exit('rtsp_camera: cannot listen on loopback')
    print(f'rtsp://127.0.0.1:{server.get_bound_port()}/door', flush=True)
    GLib.MainLoop().run()


if __name__ == '__main__':
    main()
