#!/usr/bin/env python3
"""Compiles each public header alone, twice in one file: it must include what it needs and guard
itself.

usage: header_check.py COMPILER BUILD_FOLDER [ROOT]

The headers generated from proto/ are taken from BUILD_FOLDER. Exit code 1 if any header fails.
"""

import concurrent.futures
import os
import pathlib
import subprocess
import sys

FLAGS = ['-std=c++20', '-fsyntax-only', '-Wall', '-Wextra', '-Wpedantic', '-Wshadow',
         '-Wconversion', '-Wno-sign-conversion', '-Wnon-virtual-dtor', '-Werror', '-x', 'c++', '-']


def errors_of(header: str, compiler: str, build: pathlib.Path, include: pathlib.Path) -> str:
    """What the compiler says about a file that holds nothing but this header."""
    source = f'#include "{header}"\n' * 2
    command = [compiler, f'-I{include}', '-isystem', str(build), *FLAGS]
    done = subprocess.run(command, input=source, capture_output=True, text=True, check=False)
    return done.stderr if done.returncode else ''


def main() -> int:
    if len(sys.argv) not in (3, 4):
        print(__doc__)
        return 64
    compiler, build = sys.argv[1], pathlib.Path(sys.argv[2])
    root = pathlib.Path(sys.argv[3] if len(sys.argv) > 3 else pathlib.Path(__file__).parents[2])
    include = root.resolve() / 'include'
    headers = sorted(str(path.relative_to(include)) for path in include.rglob('*.h'))
    if not headers:
        print(f'{include}: no headers; is this the root of the tree?')
        return 1
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(lambda header: errors_of(header, compiler, build, include), headers)
    broken = [(header, errors) for header, errors in zip(headers, results) if errors]
    for header, errors in broken:
        print(f'include/{header} does not compile alone:\n{errors}')
    if not broken:
        print(f'each of {len(headers)} public headers compiles alone')
    return 1 if broken else 0


if __name__ == '__main__':
    sys.exit(main())
