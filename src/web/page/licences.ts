// The licences of what is built into the page, in a file beside it: they ask to be passed on.
import { readFileSync } from 'node:fs';

import type { Plugin } from 'vite';

const APACHE = 'https://www.apache.org/licenses/LICENSE-2.0';

export function licences(): Plugin {
  return {
    name: 'licences',
    apply: 'build',
    generateBundle() {
      const notices = [
        `${about('uplot')}\n\n${text('uplot/LICENSE')}`,
        // Its package says Apache in package.json only, and keeps the other in the file it is about.
        `${about('@bufbuild/protobuf')}\n\n${APACHE}\n\n${opening(text('@bufbuild/protobuf/dist/esm/wire/varint.js'))}`,
      ];
      this.emitFile({
        type: 'asset',
        fileName: 'licences.txt',
        source: `${notices.join('\n\n----\n\n')}\n`,
      });
    },
  };
}

function text(file: string): string {
  return readFileSync(new URL(`node_modules/${file}`, import.meta.url), 'utf8').trim();
}

function about(name: string): string {
  const { version, license } = JSON.parse(text(`${name}/package.json`)) as {
    version: string;
    license: string;
  };
  return `${name} ${version}, ${license}`;
}

// The comment that a source begins with.
function opening(source: string): string {
  const lines = source.split('\n');
  const end = lines.findIndex((line) => !line.startsWith('//'));
  return lines
    .slice(0, end)
    .map((line) => line.replace(/^\/\/ ?/, ''))
    .join('\n');
}
