"""What the tests of the documentation share: the repository's Markdown files, and what is in them."""

import dataclasses
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


def markdown_files() -> list[pathlib.Path]:
    """Those that git knows, or would if they were added."""
    listed = subprocess.run(['git', 'ls-files', '-z', '--cached', '--others', '--exclude-standard', '*.md'],
                            cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return sorted({ROOT / name for name in listed.split('\0') if name and (ROOT / name).exists()})


def name_of(page: pathlib.Path) -> str:
    return str(page.relative_to(ROOT))


@dataclasses.dataclass
class Block:
    """Lines that are shown as they stand: behind a fence, or indented by four."""
    line: int
    language: str  # of a fence; empty: none is given, or it is indented
    text: str


def is_indented(line: str) -> bool:
    return line.startswith('    ') and line.strip() != ''


def blocks(text: str) -> list[Block]:
    found = []
    lines = text.splitlines()
    i = 0
    in_list = False
    while i < len(lines):
        fence = re.match(r'^( {0,3})(`{3,}|~{3,})\s*(\S*)', lines[i])
        if fence:
            end = next((j for j in range(i + 1, len(lines))
                        if lines[j].strip().startswith(fence[2])), len(lines))
            found.append(Block(i + 1, fence[3], '\n'.join(lines[i + 1:end]) + '\n'))
            i = end + 1
            continue
        if re.match(r'^ {0,3}([-*+]|\d+[.)]) ', lines[i]):
            in_list = True
        elif lines[i] and not lines[i].startswith(' '):
            in_list = False
        # Indented lines below an item of a list belong to the item.
        if is_indented(lines[i]) and not in_list and (i == 0 or not lines[i - 1].strip()):
            end = i
            while end < len(lines) and (is_indented(lines[end]) or not lines[end].strip()):
                end += 1
            text_of_block = '\n'.join(line[4:] for line in lines[i:end]).rstrip('\n') + '\n'
            found.append(Block(i + 1, '', text_of_block))
            i = end
            continue
        i += 1
    return found


def prose(text: str) -> str:
    """The text without its blocks, line by line, so that lines keep their numbers."""
    lines = text.splitlines()
    for block in blocks(text):
        length = block.text.count('\n') + (1 if lines[block.line - 1].lstrip().startswith(('`', '~')) else 0)
        for i in range(block.line - 1, min(len(lines), block.line - 1 + length)):
            lines[i] = ''
    return '\n'.join(lines)


def anchor(heading: str) -> str:
    """As GitHub makes it of a heading."""
    heading = re.sub(r'\[([^\]]*)\]\([^)]*\)', r'\1', heading.strip())
    kept = re.sub(r'[^\w\- ]', '', heading.lower())
    return kept.replace(' ', '-')


def anchors(text: str) -> set[str]:
    """Of several that are the same, the second is called -1, and so on."""
    found: set[str] = set()
    for heading in re.findall(r'^#{1,6} +(.*?)(?: +#+)?$', prose(text), re.MULTILINE):
        plain = name = anchor(heading)
        count = 0
        while name in found:
            count += 1
            name = f'{plain}-{count}'
        found.add(name)
    found.update(re.findall(r'<a (?:id|name)="([^"]+)"', text))
    return found


def links(text: str) -> list[tuple[int, str]]:
    """Line and target, also of pictures and of references."""
    found = []
    for number, line in enumerate(prose(text).splitlines(), 1):
        shown = re.sub(r'`[^`]*`', lambda code: re.sub(r'[\[\]()]', '.', code[0]), line)
        found += [(number, link[1]) for link in re.finditer(r'\]\(\s*<?([^)\s>]+)>?[^)]*\)', shown)]
        found += [(number, link[1]) for link in re.finditer(r'^ {0,3}\[[^\]]+\]:\s+<?(\S+?)>?(?:\s|$)', shown)]
        found += [(number, link[1]) for link in re.finditer(r'<(https?://[^>\s]*)>', shown)]
        found += [(number, link[1]) for link in re.finditer(r'(?:src|href)="([^"]*)"', shown)]
    return found
