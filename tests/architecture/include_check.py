#!/usr/bin/env python3
"""Checks that every source file includes only what rooms.py lets its room include, and that time,
randomness and threads enter only where they may.

usage: include_check.py [ROOT]

Prints one line for each breach, `file:line: sentence`; exit code 1 if there is any.
"""

import pathlib
import re
import sys
from typing import Iterator, NamedTuple, Optional

import rooms

# What a file's place says about it. `room` is None only for tests/support/.
Place = NamedTuple('Place', [('room', Optional[str]), ('public', bool), ('test', bool)])

SOURCE_FOLDERS = ['include/hypnos', 'src', 'tests']
SUFFIXES = ['.h', '.cc']

COMMENT_OR_LITERAL = re.compile(
    r'''//[^\n]* | /\*.*?\*/ | R"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)"
        | "(?:\\.|[^"\\\n])*" | (?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])*' ''',
    re.VERBOSE | re.DOTALL)
INCLUDE = re.compile(r'\s*#\s*include\s*(?:<(?P<angle>[^>]+)>|"(?P<quoted>[^"]+)"|(?P<other>\S+))')

FORBIDDEN_WORDS = [
    (re.compile(r'\b(?:steady|system|high_resolution|utc|file)_clock::now\b'
                r'|\b(?:gettimeofday|clock_gettime|timespec_get)\s*\('
                r'|(?:\bstd|(?<![\w>]))::time\s*\('
                r'|(?<![\w.>:])time\s*\(\s*(?:nullptr|NULL|0|&\w+)\s*\)'),
     'asks the operating system for the time; take a Clock as an argument'),
    (re.compile(r'(?<![\w.>])(?:s?rand|drand48|rand_r)\s*\('
                r'|\brandom_device\b|\bmt19937(?:_64)?\b|\bgetrandom\s*\(|\barc4random'),
     'draws random numbers outside Rng; take an Rng as an argument'),
]


def without_comments(text: str, keep_literals: bool) -> str:
    """`text` with comments, and literals unless kept, blanked out; line numbers stay."""
    def blank(match: re.Match) -> str:
        found = match.group(0)
        if keep_literals and not found.startswith(('//', '/*')):
            return found
        return '\n' * found.count('\n') or ' '
    return COMMENT_OR_LITERAL.sub(blank, text)


def uses(room: str) -> set[str]:
    """The rooms whose public headers `room` may include, itself among them."""
    return {room}.union(*(uses(below) for below in rooms.ROOMS[room]))


def place_of(path: pathlib.PurePath) -> Place:
    parts = path.parts
    if parts[0] == 'include':
        return Place(parts[2], public=True, test=False)
    if parts[0] == 'tests':
        return Place(None if parts[1] == 'support' else parts[1], public=False, test=True)
    return Place(parts[1], public=False, test=False)


def library_of(header: str) -> Optional[str]:
    for library, (prefixes, _) in rooms.LIBRARIES.items():
        if any(header == prefix or
               header.startswith(prefix) and not prefix.endswith('.h') for prefix in prefixes):
            return library
    return None


def is_system_header(header: str) -> bool:
    """Of the standard library (no folder, no suffix) or POSIX and Linux."""
    if re.fullmatch(r'[a-z_0-9]+', header):
        return True
    return any(header == known or known.endswith('/') and header.startswith(known)
               for known in rooms.SYSTEM_HEADERS)


def rooms_open_to(place: Place) -> set[str]:
    if place.room is None:
        return set().union(*(uses(room) for room in rooms.TEST_SUPPORT_ROOMS))
    return uses(place.room)


def name_of(place: Place) -> str:
    name = 'tests/support' if place.room is None else f"room '{place.room}'"
    return f'a test of {name}' if place.test and place.room else name


def breach_of_rooms(place: Place, target: str) -> Optional[str]:
    if target not in rooms.ROOMS:
        return f"there is no room '{target}' in rooms.py"
    allowed = rooms_open_to(place)
    if target not in allowed:
        return f"{name_of(place)} may use {', '.join(sorted(allowed))} but not '{target}'"
    return None


def breach_of_private_header(place: Place, header: str) -> Optional[str]:
    owner = header.split('/')[0]
    if owner == 'support' and place.test:
        return None
    # What CMake generates for a test from files beside it.
    if place.test and header.startswith(f'tests/{place.room}/'):
        return None
    if owner not in rooms.ROOMS:
        return f"\"{header}\" is no header of ours; include libraries with <>"
    # Tests may compare with the naive loops that a room below keeps for its own tests.
    if place.test and owner in rooms_open_to(place):
        return None
    if owner != place.room:
        return f"\"{header}\" is private to room '{owner}'"
    if place.public:
        return f"a public header may not include \"{header}\", which is private to its room"
    return None


def breach_of_libraries(place: Place, header: str) -> Optional[str]:
    library = library_of(header)
    if library is None:
        if is_system_header(header):
            return None
        return f"<{header}> belongs to no library in rooms.py"
    if place.test and library in rooms.TEST_LIBRARIES:
        return None
    allowed = rooms.LIBRARIES[library][1]
    if place.room in allowed:
        return None
    where = ', '.join(allowed) if allowed else 'files under tests/'
    return f'<{header}>: {library} is only for {where}'


def breach_of_standard_headers(place: Place, header: str) -> Optional[str]:
    if header == 'random':
        return '<random> differs between standard libraries; use hypnos/base/rng.h'
    if (header in rooms.THREAD_HEADERS and not place.test
            and place.room in rooms.ROOMS_WITHOUT_THREADS):
        return f"<{header}>: the bits of room '{place.room}' may not depend on threads"
    return None


def breach_of_include(place: Place, include: re.Match) -> Optional[str]:
    if include['other']:
        return 'an include through a macro hides what is included'
    header = include['angle'] or include['quoted']
    if '..' in header.split('/'):
        return f'"{header}": name headers from include/, src/ or tests/'
    if header.startswith('hypnos/'):
        return breach_of_rooms(place, header.split('/')[1])
    if header.startswith('proto/'):
        return breach_of_rooms(place, 'proto')
    if include['quoted'] and library_of(header) is None:
        return breach_of_private_header(place, header)
    return breach_of_standard_headers(place, header) or breach_of_libraries(place, header)


def breaches_of_file(path: pathlib.PurePath, text: str) -> Iterator[tuple[int, str]]:
    """Pairs of line number and sentence. `path` is relative to the root of the tree."""
    place = place_of(path)
    if place.room is not None and place.room not in rooms.ROOMS:
        yield 1, f"there is no room '{place.room}' in rooms.py"
        return
    for number, line in enumerate(without_comments(text, keep_literals=True).split('\n'), 1):
        include = INCLUDE.match(line)
        breach = include and breach_of_include(place, include)
        if breach:
            yield number, breach
    if place.test or str(path) == rooms.CLOCK_FILE:
        return
    for number, line in enumerate(without_comments(text, keep_literals=False).split('\n'), 1):
        for words, sentence in FORBIDDEN_WORDS:
            if words.search(line):
                yield number, sentence


def source_files(root: pathlib.Path) -> Iterator[pathlib.Path]:
    for folder in SOURCE_FOLDERS:
        for path in sorted((root / folder).rglob('*')):
            in_a_room = len(path.relative_to(root / folder).parts) > 1
            if path.suffix in SUFFIXES and in_a_room:
                yield path


def check(root: pathlib.Path) -> list[str]:
    return [f'{path.relative_to(root)}:{number}: {sentence}'
            for path in source_files(root)
            for number, sentence in breaches_of_file(path.relative_to(root),
                                                     path.read_text(encoding='utf-8'))]


def main() -> int:
    here = pathlib.Path(__file__).resolve()
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else here.parents[2]
    if not any(source_files(root)):
        print(f'{root}: no source files; is this the root of the tree?')
        return 1
    breaches = check(root)
    print('\n'.join(breaches) if breaches else 'every include is where it may be')
    return 1 if breaches else 0


if __name__ == '__main__':
    sys.exit(main())
