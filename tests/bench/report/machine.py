"""What the figures were measured on."""

import datetime
import os
import pathlib
import platform
import re
import subprocess
import sys


def output_of(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return ''
    return done.stdout.strip() if done.returncode == 0 else ''


def processor() -> str:
    text = pathlib.Path('/proc/cpuinfo').read_text(encoding='utf-8')
    found = re.search(r'^(?:model name|Model)\s*:\s*(.*)$', text, re.MULTILINE)
    return found.group(1) if found else platform.machine()


def memory_gib() -> float:
    return os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30


def caches(context: dict) -> str:
    return ', '.join(f"L{cache['level']} {cache['type'].lower()} {cache['size'] // 1024} KiB"
                     for cache in context.get('caches', []))


def package_version(name: str) -> str:
    return output_of('dpkg-query', '-W', '-f=${Version}', name) or 'unknown'


def describe(context: dict) -> dict[str, str]:
    """`context`: what Google Benchmark says of the machine."""
    return {
        'date': datetime.date.today().isoformat(),
        'processor': processor(),
        'cores': str(os.cpu_count()),
        'clock': f"{context.get('mhz_per_cpu', 0) / 1000:.1f} GHz",
        'caches': caches(context),
        'memory': f'{memory_gib():.0f} GiB',
        'vector instructions': context.get('vector_instructions', 'unknown'),
        'kernel': platform.release(),
        'compiler': output_of('c++', '--version').split('\n')[0],
        'OpenBLAS': package_version('libopenblas0-pthread'),
        'oneTBB': package_version('libtbb12'),
        'Python': sys.version.split()[0],
    }
