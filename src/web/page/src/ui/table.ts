// Tables that become cards where the window is narrow: each cell then has its heading before it. The
// roles are said, as browsers forget them of what a style sheet shows as something else.
import { h } from './dom';

type Content = Node | string;

export function headed(headings: readonly string[]): HTMLTableSectionElement {
  const cells = headings.map((heading) => h('th', { scope: 'col', role: 'columnheader' }, heading));
  return h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, ...cells));
}

// The first cell names the row.
export function row(
  headings: readonly string[],
  cells: readonly (Content | Content[])[],
): HTMLTableRowElement {
  return h(
    'tr',
    { role: 'row' },
    ...cells.map((cell, index) => {
      const children = Array.isArray(cell) ? cell : [cell];
      return index === 0
        ? h('th', { scope: 'row', role: 'rowheader' }, ...children)
        : h('td', { role: 'cell', 'data-heading': headings[index] ?? '' }, ...children);
    }),
  );
}

export function tableOf(
  label: string,
  head: HTMLTableSectionElement,
  body: HTMLTableSectionElement,
): HTMLTableElement {
  return h('table', { class: 'table', role: 'table', 'aria-label': label }, head, body);
}

// One that is made anew where something in it changes.
export function plainTable(
  label: string,
  headings: readonly string[],
  rows: readonly (readonly (Content | Content[])[])[],
): HTMLTableElement {
  const body = h('tbody', { role: 'rowgroup' }, ...rows.map((cells) => row(headings, cells)));
  return tableOf(label, headed(headings), body);
}
