#!/usr/bin/env python3
"""Writes the blocks of commands of pages that want a system of their own, with a service manager and packages:
tests/docs cannot run those; scripts/test-package does, in a Debian 12 that systemd has booted.

usage: system_blocks.py FOLDER
Each block is a file there, in the order of the pages, beside what stands in for editors and other machines.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'tests/docs'))

import pages  # noqa: E402

PAGES = ['README.md', 'deploy/README.md', 'deploy/OPERATING.md']
WANTS_A_SYSTEM = re.compile(r'^(sudo )?(systemctl|apt-get|rsync) ', re.MULTILINE)
FEWEST = 8
STAND_INS = {
    'sudo': 'exec "$@"',
    'editor': '[ -w "$1" ]',
    # Until Ctrl-C.
    'journalctl': 'timeout 5 /usr/bin/journalctl "$@" || [ $? = 124 ]',
    # The other machine is a folder.
    'rsync': 'mkdir -p /srv/backup/hypnos\n'
             'for word; do shift; set -- "$@" "$(printf %s "$word" | sed s,^backup:,/srv/backup/,)"; done\n'
             'exec /usr/bin/rsync "$@"',
}


def main():
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        sys.exit(64)
    folder = pathlib.Path(sys.argv[1])
    for name in ['blocks', 'stand-ins']:
        (folder / name).mkdir(parents=True)
    found = [(page, block) for page in PAGES
             for block in pages.blocks((ROOT / page).read_text(encoding='utf-8')) if WANTS_A_SYSTEM.search(block.text)]
    if len(found) < FEWEST:
        sys.exit(f'system_blocks: {len(found)} blocks of pages want a system, where there were {FEWEST}')
    for number, (page, block) in enumerate(found):
        name = f'{number:02}-{page.replace("/", "-")}-{block.line}'
        (folder / 'blocks' / name).write_text(block.text, encoding='utf-8')
    for name, body in STAND_INS.items():
        path = folder / 'stand-ins' / name
        path.write_text(f'#!/bin/sh\n{body}\n', encoding='utf-8')
        path.chmod(0o755)


if __name__ == '__main__':
    main()
