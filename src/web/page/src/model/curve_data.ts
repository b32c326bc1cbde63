// The last so many seconds of some figures, as uPlot wants them: times, then a column a figure.
export type Value = number | null;

// Over a longer time without a figure no line is drawn: nobody knows what was.
const GAP_SECONDS = 5;

export class CurveData {
  readonly times: number[] = [];
  readonly columns: Value[][];

  constructor(
    figures: number,
    private readonly windowSeconds: number,
  ) {
    this.columns = Array.from({ length: figures }, () => []);
  }

  // What is older than the newest is not taken: a daemon that was restarted on a machine whose clock
  // was set back begins anew.
  push(time: number, values: (number | undefined)[]): void {
    const last = this.times.at(-1);
    if (last !== undefined && time <= last) {
      if (last - time < 1) return;
      this.cut(this.times.length);
    } else if (last !== undefined && time - last > GAP_SECONDS) {
      this.add((last + time) / 2, []);
    }
    this.add(time, values);
    const first = this.times.findIndex((each) => each >= time - this.windowSeconds);
    // One point before the window, so that the line comes in from the edge.
    if (first > 1) this.cut(first - 1);
  }

  private add(time: number, values: (number | undefined)[]): void {
    this.times.push(time);
    this.columns.forEach((column, index) => column.push(values[index] ?? null));
  }

  // What was before the first point.
  prepend(times: number[], columns: Value[][]): void {
    const first = this.times[0] ?? Number.POSITIVE_INFINITY;
    const known = times.filter((time) => time < first).length;
    this.times.unshift(...times.slice(0, known));
    this.columns.forEach((column, index) =>
      column.unshift(...(columns[index] ?? []).slice(0, known)),
    );
  }

  private cut(points: number): void {
    this.times.splice(0, points);
    this.columns.forEach((column) => column.splice(0, points));
  }
}
