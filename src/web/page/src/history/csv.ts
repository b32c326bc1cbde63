// What is plotted, as a file for others: a row a time, three columns a figure (RFC 4180).
import type { Table } from './series';

export function csv({ times, plots }: Table): string {
  const series = plots.flatMap((plot) => plot.series);
  const head = ['time', ...series.flatMap(({ name }) => [name, `${name} min`, `${name} max`])];
  const rows = times.map((time, row) => [
    new Date(time * 1000).toISOString(),
    ...series.flatMap(({ mean, min, max }) =>
      [mean, min, max].map((column) => String(column[row] ?? '')),
    ),
  ]);
  return [head, ...rows].map((row) => row.map(field).join(',') + '\r\n').join('');
}

// A spreadsheet takes what begins with one of these for a formula, and a source may be named so.
const FORMULA = /^[=+\-@\t\r]/;

function field(text: string): string {
  const safe = FORMULA.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function download(text: string, name: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
