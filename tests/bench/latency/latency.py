#!/usr/bin/env python3
"""How long a frame takes from capture to its score: a file in real time, an RTSP camera, HTTP MJPEG.

usage: latency.py --daemon PATH_OF_HYPNOSD [--seconds S] [--rounds N]

640x480 at 30 frames a second, 16x16 patches, two layers of 256 units. Looking, learning awake, and
learning with sleep. The makers of the streams (GStreamer, ffmpeg) run on the same machine. Prints a
table in Markdown: median and 99th percentile of the last thousand frames, as `hypnosctl source list`
has them, frames that were dropped, and the CPU time of the daemon and its capture process a frame.
Needs python3-protobuf, ffmpeg and Debian's gst-rtsp-server: scripts/install-packages test.
"""

import argparse
import contextlib
import functools
import http.server
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import threading
import time

TESTS = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.append(str(TESTS / 'daemon'))
import control_client  # pylint: disable=wrong-import-position

PICTURES = ['ffmpeg', '-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=size=640x480:rate=30']
MODES = {
    'looking': 'learning: {rule: looking}',
    'awake': 'schedule: {sleep_steps: 0}',
    'wake and sleep': 'schedule: {wake_steps: 128, sleep_steps: 32}',
}
CONFIGURATION = '''
sources:
  - name: watched
    {source}
encoding:
  patches: {{size: 16}}
network:
  layers:
    - units: 256
    - units: 256
{mode}
'''


class Mjpeg(http.server.BaseHTTPRequestHandler):
    """What ffmpeg makes, in real time, for whoever asks."""

    def do_GET(self):
        self.send_response(200)
        self.send_header('Content-Type', 'multipart/x-mixed-replace;boundary=ffmpeg')
        self.end_headers()
        command = [PICTURES[0], '-re', *PICTURES[1:], '-q:v', '3', '-f', 'mpjpeg', '-']
        with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL) as ffmpeg:
            with contextlib.suppress(OSError):
                while data := ffmpeg.stdout.read1(1 << 16):
                    self.wfile.write(data)
            ffmpeg.kill()

    def log_message(self, *arguments):
        pass


@contextlib.contextmanager
def file_source(folder: pathlib.Path, seconds: int):
    path = folder / 'clip.avi'
    if not path.exists():
        subprocess.run([*PICTURES, '-t', str(seconds + 30), '-c:v', 'mjpeg', '-q:v', '3', path],
                       check=True, stdin=subprocess.DEVNULL)
    yield f'pace: realtime\n    file: {{path: "{path}"}}'


@contextlib.contextmanager
def rtsp_source():
    with subprocess.Popen(['/usr/bin/python3', '-B', TESTS / 'support' / 'rtsp_camera.py', '640',
                           '480', '30', '0', 'smpte'], stdout=subprocess.PIPE, text=True) as camera:
        try:
            yield f'stream: {{url: "{camera.stdout.readline().strip()}"}}'
        finally:
            camera.kill()


@contextlib.contextmanager
def mjpeg_source():
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Mjpeg)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f'stream: {{url: "http://127.0.0.1:{server.server_port}/"}}'
    finally:
        server.shutdown()
        server.server_close()


def cpu_seconds(pid: int) -> float:
    """Of the process and its children, which run as long as it does."""
    ticks = 0
    for stat in pathlib.Path('/proc').glob('[0-9]*/stat'):
        with contextlib.suppress(OSError):
            fields = stat.read_text(encoding='ascii').rsplit(')', 1)[1].split()
            if int(stat.parent.name) == pid or int(fields[1]) == pid:
                ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf('SC_CLK_TCK')


def watch(daemon: str, folder: pathlib.Path, source: str, mode: str, seconds: int) -> dict:
    config, control = folder / 'hypnos.yaml', folder / 'control.sock'
    config.write_text(CONFIGURATION.format(source=source, mode=mode), encoding='utf-8')
    with subprocess.Popen([daemon, '--config', config, '--control', control, '--scores',
                           folder / 'scores.csv'], stderr=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL) as process:
        client = connect(control, process)
        while client.ask('status').frames < 30:
            time.sleep(0.1)
        before, used = client.ask('status').sources[0], cpu_seconds(process.pid)
        time.sleep(seconds)
        after, used = client.ask('status').sources[0], cpu_seconds(process.pid) - used
        client.ask('shutdown')
        process.wait()
    frames = after.frames - before.frames
    dropped = (after.dropped_slow + after.dropped_asleep - before.dropped_slow -
               before.dropped_asleep)
    return {
        'median': 1e3 * after.latency_seconds,
        'p99': 1e3 * after.latency_p99_seconds,
        'rate': frames / seconds,
        'dropped': 100 * dropped / (frames + dropped),
        'cpu': 1e3 * used / frames,
    }


def connect(control: pathlib.Path, process: subprocess.Popen) -> control_client.Client:
    protocol = control_client.load_protocol()
    while process.poll() is None:
        try:
            return control_client.Client(protocol, control, 60)
        except (FileNotFoundError, ConnectionRefusedError):
            time.sleep(0.05)
    sys.exit(f'hypnosd ended with {process.returncode}')


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--daemon', required=True)
    parser.add_argument('--seconds', type=int, default=40)
    parser.add_argument('--rounds', type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        sources = {'file': functools.partial(file_source, folder, options.seconds),
                   'RTSP': rtsp_source, 'HTTP MJPEG': mjpeg_source}
        print('| source | what | median ms | p99 ms | frames/s | dropped % | CPU ms a frame |')
        print('|---|---|---|---|---|---|---|', flush=True)
        for kind, source in sources.items():
            for mode, text in MODES.items():
                rounds = []
                for _ in range(options.rounds):
                    with source() as text_of_source:
                        rounds.append(watch(options.daemon, folder, text_of_source, text,
                                            options.seconds))
                print(f'| {kind} | {mode} |', ' | '.join(
                    f'{statistics.median(r[key] for r in rounds):.1f}'
                    for key in ['median', 'p99', 'rate', 'dropped', 'cpu']), '|', flush=True)


if __name__ == '__main__':
    main()
