// The activity of a layer's units, a row each, scrolling in time: newest at the right.
import type { LayerUnits } from '../../generated/proto/control_pb';
import { CURVE_SECONDS } from '../model/model';
import { context, fitToScreen } from './canvas';
import { ACTIVITY_DARK, ACTIVITY_LIGHT, painted } from './colours';
import { h } from './dom';
import { isDark } from './theme';

// A column holds so much time; updates that come more seldom fill several.
const COLUMN_SECONDS = 0.25;
const COLUMNS = Math.round(CURVE_SECONDS / COLUMN_SECONDS);
const FILL_SECONDS = 2;
// How fast the brightness follows a layer that has become more, or less, active.
const BRIGHTEST_MEMORY = 0.98;
// Below 1 it brings out what is faint: most units are, most of the time.
const FAINT = 0.75;

export class HeatMap {
  readonly canvas = h('canvas', { class: 'heat', role: 'img' });
  private ring = new OffscreenCanvas(COLUMNS, 1);
  private values = new Float32Array(0);
  private last = 0;
  private brightest = 0;
  private rows = 0;

  push(time: number, units: LayerUnits): void {
    const rows = units.means.length;
    if (rows === 0) return;
    if (rows !== this.rows) this.begin(rows);
    const column = Math.floor(time / COLUMN_SECONDS);
    const gap = column - this.last;
    if (gap < 0) this.begin(rows);
    if (gap === 0) return;
    if (this.last === 0 || gap > COLUMNS) this.last = column - 1;
    this.brightest = Math.max(units.brightest, this.brightest * BRIGHTEST_MEMORY);
    const known = gap * COLUMN_SECONDS <= FILL_SECONDS;
    for (let at = this.last + 1; at <= column; at += 1)
      this.paint(at, known || at === column ? units : undefined);
    this.last = column;
  }

  // The remembered values repaint in the colours of the other theme.
  recolour(): void {
    if (this.rows > 0) context(this.ring).putImageData(this.image(this.values, COLUMNS), 0, 0);
  }

  draw(end: number): void {
    const pen = fitToScreen(this.canvas);
    if (pen === null) return;
    const { width, height } = this.canvas;
    pen.clearRect(0, 0, width, height);
    if (this.rows === 0) return;
    pen.imageSmoothingEnabled = true;
    pen.imageSmoothingQuality = 'high';
    const wide = width / COLUMNS;
    const newest = this.last % COLUMNS;
    // How far the newest column has gone from the right edge meanwhile.
    const right = width - Math.max(0, end / COLUMN_SECONDS - this.last - 1) * wide;
    const head = newest + 1;
    pen.drawImage(this.ring, 0, 0, head, this.rows, right - head * wide, 0, head * wide, height);
    const tail = COLUMNS - head;
    if (tail > 0)
      pen.drawImage(this.ring, head, 0, tail, this.rows, right - width, 0, tail * wide, height);
  }

  private begin(rows: number): void {
    this.rows = rows;
    this.ring = new OffscreenCanvas(COLUMNS, rows);
    this.values = new Float32Array(COLUMNS * rows).fill(Number.NaN);
    this.last = 0;
    this.brightest = 0;
  }

  private paint(column: number, units: LayerUnits | undefined): void {
    const at = ((column % COLUMNS) + COLUMNS) % COLUMNS;
    const one = new Float32Array(this.rows);
    for (let row = 0; row < this.rows; row += 1) {
      const value =
        units === undefined ? Number.NaN : ((units.means[row] ?? 0) / 255) * units.brightest;
      one[row] = value;
      this.values[row * COLUMNS + at] = value;
    }
    context(this.ring).putImageData(this.image(one, 1), at, 0);
  }

  // What cannot be known stays empty.
  private image(values: Float32Array, width: number): ImageData {
    const grey = new Uint8Array(values.length);
    const scale = this.brightest > 0 ? 1 / this.brightest : 0;
    values.forEach(
      (value, index) => (grey[index] = 255 * Math.min(1, Math.max(0, value * scale)) ** FAINT),
    );
    const image = painted(grey, 1, width, this.rows, isDark() ? ACTIVITY_DARK : ACTIVITY_LIGHT);
    values.forEach((value, index) => {
      if (Number.isNaN(value)) image.data[index * 4 + 3] = 0;
    });
    return image;
  }
}
