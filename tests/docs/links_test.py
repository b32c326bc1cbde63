#!/usr/bin/env python3
"""Every link of every Markdown file leads somewhere: to a file or folder of the repository, and to a
heading that is there. Of links to elsewhere only the form is looked at: no test needs the network.

usage: links_test.py [ARGUMENT OF unittest]...
"""

import pathlib
import re
import unittest
import urllib.parse

import pages


class LinksTest(unittest.TestCase):

    def complaint(self, page: pathlib.Path, target: str) -> str:
        """Empty: it leads somewhere."""
        parts = urllib.parse.urlsplit(target)
        if parts.scheme in ('http', 'https'):
            return '' if re.fullmatch(r'[\w.-]+(:\d+)?', parts.netloc) else 'is no URL'
        if parts.scheme == 'mailto':
            return '' if re.fullmatch(r'[^@\s]+@[\w.-]+', parts.path) else 'is no address'
        if parts.scheme or parts.netloc:
            return 'is neither a path nor https'
        if parts.path.startswith('/'):
            return 'leads out of the repository'
        there = (page.parent / urllib.parse.unquote(parts.path)).resolve() if parts.path else page
        if not there.is_relative_to(pages.ROOT):
            return 'leads out of the repository'
        if not there.exists():
            return f'leads to {there.relative_to(pages.ROOT)}, which is not there'
        if not parts.fragment:
            return ''
        if there.suffix != '.md':
            return '' if re.fullmatch(r'L\d+(-L\d+)?', parts.fragment) else 'has a heading of what is no page'
        if parts.fragment not in pages.anchors(there.read_text(encoding='utf-8')):
            return f'leads to a heading that {pages.name_of(there)} does not have'
        return ''

    def test_every_link_leads_somewhere(self):
        count = 0
        for page in pages.markdown_files():
            for line, target in pages.links(page.read_text(encoding='utf-8')):
                count += 1
                with self.subTest(f'{pages.name_of(page)}:{line}: {target}'):
                    self.assertEqual(self.complaint(page, target), '')
        self.assertGreater(count, 50)

    def test_a_broken_link_is_found(self):
        readme = pages.ROOT / 'README.md'
        for target in ['nowhere.md', 'README.md#nowhere', '#nowhere', '/etc/passwd', '../outside.md',
                       'https://', 'ftp://example.org/', 'LICENSE#license']:
            with self.subTest(target):
                self.assertNotEqual(self.complaint(readme, target), '')
        for target in ['LICENSE', 'configs', 'configs/', '#install', 'deploy/README.md#prometheus',
                       'https://example.org/a#b']:
            with self.subTest(target):
                self.assertEqual(self.complaint(readme, target), '')


class PagesTest(unittest.TestCase):
    """What all of them rely on."""

    def test_links_are_found_and_code_is_none(self):
        text = ('[a](x.md) `[b](y)` ![c](z.jpg)\n\n    [d](w)\n\n```\n[e](v)\n```\n\n[f]: u.md\n'
                '<https://example.org>\n')
        self.assertEqual(pages.links(text), [(1, 'x.md'), (1, 'z.jpg'), (9, 'u.md'), (10, 'https://example.org')])

    def test_anchors_are_those_of_github(self):
        text = "# One `two`: three's [four](x)\n## Same\n## Same\n\n    # no heading\n"
        self.assertEqual(pages.anchors(text), {'one-two-threes-four', 'same', 'same-1'})

    def test_blocks_are_found(self):
        text = 'a\n\n    one\n\n    two\n\n- item\n\n      of the item\n\n```sh\nthree\n```\n'
        self.assertEqual([(block.line, block.language, block.text) for block in pages.blocks(text)],
                         [(3, '', 'one\n\ntwo\n'), (11, 'sh', 'three\n')])


if __name__ == '__main__':
    unittest.main()
