#!/usr/bin/env python3
"""Does in a bare Debian what the last stage of deploy/container/Dockerfile says, then runs the daemon there as
deploy/container/compose.yaml would: as its user, without capabilities, with a file system that is read-only
but for what is mounted, and asks the image's check of health about it. Stands in for Docker, which Debian's
mirror need not have.

usage: replay_dockerfile.py TREE PACKAGES
  TREE      a bare Debian, which is changed
  PACKAGES  folder of the package that the stage before has made
Wants root, and mounts of its own: run by scripts/test-package. Exit code: 0, or 1 with a sentence.
"""

import ctypes
import fcntl
import json
import os
import pathlib
import re
import shlex
import shutil
import socket
import struct
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
CONTAINER = ROOT / 'deploy/container'
PATIENCE_S = 120
# netdevice(7): SIOCSIFFLAGS, IFF_UP; unshare(2): CLONE_NEWNET
SET_FLAGS, UP, NEW_NET = 0x8914, 0x1, 0x40000000


def fail(sentence: str):
    print(f'replay_dockerfile: {sentence}', file=sys.stderr)
    sys.exit(1)


def last_stage() -> list[tuple[str, str]]:
    """Instructions with what follows them, continued lines as one."""
    text = (CONTAINER / 'Dockerfile').read_text(encoding='utf-8')
    lines = [line for line in text.splitlines() if not line.lstrip().startswith('#')]
    joined = '\n'.join(lines).replace('\\\n', ' ')
    steps = [tuple(line.split(None, 1)) for line in joined.splitlines() if line.strip()]
    begin = max(i for i, (name, _) in enumerate(steps) if name == 'FROM')
    return steps[begin + 1:]


class Image:
    """What the instructions have made so far."""

    def __init__(self, tree: pathlib.Path, packages: pathlib.Path):
        self.tree, self.packages = tree, packages
        self.user, self.folder, self.volumes = 'root', '/', []
        self.health: list[str] = []
        self.program: dict[str, list[str]] = {}

    def within(self, path: str) -> pathlib.Path:
        return self.tree / os.path.join(self.folder, path).lstrip('/')

    def do(self, name: str, rest: str):
        print(f'  {name} {rest[:90]}', flush=True)
        match name:
            case 'COPY':
                self.copy(shlex.split(rest))
            case 'RUN':
                self.run_as_root(rest)
            case 'USER':
                self.user = rest
            case 'WORKDIR':
                self.folder = rest
                self.within('.').mkdir(parents=True, exist_ok=True)
            case 'VOLUME':
                self.volumes.append(rest)
            case 'HEALTHCHECK':
                self.health = shlex.split(rest.split(' CMD ')[1])
            case 'ENTRYPOINT' | 'CMD':
                self.program[name] = json.loads(rest)
            case _:
                fail(f'{name} is an instruction that cannot be replayed; teach tests/deploy/replay_dockerfile.py')

    def copy(self, words: list[str]):
        flags = dict(word[2:].split('=') for word in words if word.startswith('--'))
        *sources, target = [word for word in words if not word.startswith('--')]
        into = self.within(target)
        (into if target.endswith('/') else into.parent).mkdir(parents=True, exist_ok=True)
        for source in sources:
            # Of the stage before there are its packages.
            base = self.packages if 'from' in flags else ROOT
            for file in base.glob(source.removeprefix('/packages/')):
                copied = pathlib.Path(shutil.copy(file, into))
                copied.chmod(int(flags.get('chmod', '644'), 8))

    def run_as_root(self, command: str):
        if self.user != 'root':
            fail('RUN after USER is not replayed; teach tests/deploy/replay_dockerfile.py')
        done = subprocess.run(['chroot', self.tree, '/bin/sh', '-c', command], text=True, check=False,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode != 0:
            fail(f'RUN {command} ends with {done.returncode}:\n{done.stdout}')

    def command(self, words: list[str]) -> list[str]:
        """As its user, who can become nobody else."""
        return ['chroot', str(self.tree), 'setpriv', f'--reuid={self.user}', f'--regid={self.user}', '--init-groups',
                '--bounding-set=-all', '--inh-caps=-all', '--no-new-privs', 'env', '-C', self.folder, *words]


def mount(*words: str):
    subprocess.run(['mount', *words], check=True)


def mount_as_composed(image: Image):
    """Read-only, with the folders in memory that compose.yaml names, and the volumes on disk."""
    text = (CONTAINER / 'compose.yaml').read_text(encoding='utf-8')
    if 'read_only: true' not in text or 'cap_drop: [ALL]' not in text:
        fail('compose.yaml lets the daemon write everywhere, or do more than it needs')
    mount('--rbind', str(image.tree), str(image.tree))
    mount('-o', 'remount,bind,ro', str(image.tree))
    for volume in image.volumes:
        kept = image.tree.parent / 'volume'
        shutil.copytree(image.within(volume), kept)
        shutil.copystat(image.within(volume), kept)
        owner = image.within(volume).stat()
        os.chown(kept, owner.st_uid, owner.st_gid)
        mount('--bind', str(kept), str(image.within(volume)))
    memory, = re.findall(r'^ +tmpfs: \[(.*)\]$', text, re.MULTILINE)
    for place in memory.split(', '):
        path, _, options = place.strip('"').partition(':')
        mount('-t', 'tmpfs', '-o', options or 'mode=1777', 'tmpfs', str(image.within(path)))


def loopback_of_its_own():
    """So that ports are free, whatever listens on this machine."""
    if ctypes.CDLL(None, use_errno=True).unshare(NEW_NET) != 0:
        fail(f'there can be no network of its own: {os.strerror(ctypes.get_errno())}')
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, SET_FLAGS, struct.pack('16sh14x', b'lo', UP))


def becomes_healthy(image: Image, daemon: subprocess.Popen) -> bool:
    deadline = time.monotonic() + PATIENCE_S
    while daemon.poll() is None and time.monotonic() < deadline:
        if subprocess.run(image.command(image.health), capture_output=True, check=False).returncode == 0:
            return True
        time.sleep(0.1)
    return False


def try_daemon(image: Image):
    mount_as_composed(image)
    loopback_of_its_own()
    if subprocess.run(image.command(['touch', '/etc/hypnos/mine']), capture_output=True, check=False).returncode == 0:
        fail('the file system can be written')
    with (image.tree.parent / 'container.log').open('w+', encoding='utf-8') as log:
        daemon = subprocess.Popen(image.command(image.program['ENTRYPOINT'] + image.program['CMD']),
                                  stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        healthy = becomes_healthy(image, daemon)
        daemon.terminate()
        code = daemon.wait(timeout=PATIENCE_S)
        log.seek(0)
        if not healthy or code != 0:
            fail(f'the daemon {"ended" if healthy else "was never healthy, and ended"} with {code}:\n{log.read()}')
    if subprocess.run(image.command(image.health), capture_output=True, check=False).returncode == 0:
        fail('it is called healthy where no daemon runs')


def main():
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        sys.exit(64)
    image = Image(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve())
    for name, rest in last_stage():
        image.do(name, rest)
    if image.user == 'root':
        fail('the daemon would run as root')
    try_daemon(image)


if __name__ == '__main__':
    main()
