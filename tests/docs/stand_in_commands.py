"""The folder of commands among which the blocks of pages are run: for each that a page may name, a
stand-in. What is not here cannot be run by a page, whatever it says."""

import ast
import pathlib
import shutil
import sys

HERE = pathlib.Path(__file__).resolve().parent
SCRIPTS = HERE.parents[1] / 'scripts'
# Harmless, and run as they are.
REAL = ['mkdir', 'cat', 'ls', 'head', 'tail', 'grep', 'seq', 'echo', 'protoc', 'true', 'false', 'tr', 'wc']


def not_run() -> list[str]:
    """The keys of NOT_RUN: stand_in.py itself cannot be imported without what it is told by the environment."""
    tree = ast.parse((HERE / 'stand_in.py').read_text(encoding='utf-8'))
    table, = [node.value for node in tree.body
              if isinstance(node, ast.Assign) and getattr(node.targets[0], 'id', '') == 'NOT_RUN']
    return [key.value for key in table.keys]


def write(folder: pathlib.Path):
    (folder / 'scripts').mkdir(parents=True)
    for name in REAL:
        real = shutil.which(name)
        if real:
            (folder / name).symlink_to(real)
    names = ['hypnosd', 'hypnosctl', 'hypnos-lab', 'hypnos-bench', 'python3', 'sudo', 'ffmpeg', *not_run()]
    names += [f'scripts/{path.name}' for path in SCRIPTS.iterdir() if path.is_file()]
    for name in names:
        path = folder / name
        path.write_text(f'#!/bin/sh\nPATH="$REAL_PATH" exec {sys.executable} -B {HERE}/stand_in.py {name} "$@"\n',
                        encoding='utf-8')
        path.chmod(0o755)
