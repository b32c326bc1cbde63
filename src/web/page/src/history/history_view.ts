// The history: figures of hours and months, to zoom into and to take away as CSV.
import { DaemonError, sentence } from '../net/daemon_error';
import type { QueryHistoryRequest, QueryHistoryResponse } from '../../generated/proto/control_pb';
import { button } from '../ui/buttons';
import { h, setText } from '../ui/dom';
import { csv, download } from './csv';
import { HistoryPlot } from './history_plot';
import { moment, pitch } from './moment';
import { PhaseStrip } from './phase_strip';
import { type Table, tableOf } from './series';
import { last, moved, RANGES, type Span, zoomed } from './span';

const MOST_POINTS = 600;
// What follows now is asked for again so often, or as often as there is a new point to see.
const REFRESH_MS = 10_000;

export type QueryHistory = (
  query: Pick<QueryHistoryRequest, 'series' | 'from' | 'to' | 'mostPoints'>,
) => Promise<QueryHistoryResponse>;

export class HistoryView {
  private readonly say = h('p', { class: 'empty', role: 'status' });
  private readonly title = h('p', { class: 'muted figure' });
  private readonly plots = h('div', { class: 'history-plots' });
  private readonly strip = new PhaseStrip();
  private readonly marks = h('ol', { class: 'marks' });
  private readonly ranges: HTMLButtonElement[];
  private readonly back = button('Back', undefined, () => this.goBack());
  readonly element: HTMLElement;

  // Seconds up to now that are shown; undefined: `span` stands still.
  private following: number | undefined = RANGES[0]?.[1];
  private span: Span = last(RANGES[0]?.[1] ?? 600, Date.now() / 1000);
  private before: { span: Span; following: number | undefined }[] = [];
  private table: Table = { times: [], plots: [] };
  private shown: HistoryPlot[] = [];
  private timer: ReturnType<typeof setInterval> | undefined;
  // The daemon's clock, ahead of the browser's by so many seconds.
  private ahead = 0;

  constructor(private readonly query: QueryHistory) {
    this.ranges = RANGES.map(([label, seconds]) =>
      button(label, undefined, () => this.follow(seconds), 'quiet'),
    );
    const step = (label: string, change: (span: Span) => Span) => {
      const element = button(label, undefined, () => this.go(change(this.span)), 'quiet');
      return element;
    };
    this.back.classList.add('quiet');
    this.element = h(
      'div',
      { class: 'history' },
      h(
        'div',
        { class: 'bar' },
        h('h2', {}, 'History'),
        h('div', { class: 'group', role: 'group', 'aria-label': 'The last' }, ...this.ranges),
        h(
          'div',
          { class: 'group', role: 'group', 'aria-label': 'Move and zoom' },
          step('Earlier', (span) => moved(span, -0.5, this.now())),
          step('Later', (span) => moved(span, 0.5, this.now())),
          step('Zoom in', (span) => zoomed(span, 0.5)),
          step('Zoom out', (span) => zoomed(span, 2)),
          this.back,
        ),
        h('span', { class: 'spring' }),
        button('Export CSV', 'save', () => this.export_()),
      ),
      this.title,
      this.say,
      this.strip.element,
      this.plots,
      this.marks,
    );
  }

  // Asks only while it is seen.
  show(seen: boolean): void {
    clearInterval(this.timer);
    if (!seen) return;
    void this.load();
    this.timer = setInterval(() => this.following !== undefined && void this.load(), REFRESH_MS);
  }

  setClock(daemonSeconds: number): void {
    this.ahead = daemonSeconds - Date.now() / 1000;
  }

  recolour(): void {
    this.shown.forEach((plot) => plot.recolour());
    this.strip.draw();
  }

  private now(): number {
    return Date.now() / 1000 + this.ahead;
  }

  private follow(seconds: number): void {
    this.remember();
    this.following = seconds;
    void this.load();
  }

  private go(span: Span): void {
    this.remember();
    this.following = undefined;
    this.span = span;
    void this.load();
  }

  private goBack(): void {
    const to = this.before.pop();
    if (to === undefined) return;
    this.span = to.span;
    this.following = to.following;
    void this.load();
  }

  private remember(): void {
    this.before.push({ span: this.span, following: this.following });
  }

  private async load(): Promise<void> {
    if (this.following !== undefined) this.span = last(this.following, this.now());
    const asked = this.span;
    this.back.disabled = this.before.length === 0;
    this.ranges.forEach((each, index) =>
      each.setAttribute('aria-pressed', String(RANGES[index]?.[1] === this.following)),
    );
    try {
      const answer = await this.query({
        series: ['*'],
        from: asked.from,
        to: asked.to,
        mostPoints: MOST_POINTS,
      });
      if (asked !== this.span) return;
      this.table = tableOf(answer);
      setText(
        this.say,
        answer.series.length === 0 ? 'Nothing is known of this time.' : answer.incomplete,
      );
      this.draw(answer);
    } catch (error) {
      this.clear();
      const absent =
        error instanceof DaemonError && (error.isUnimplemented || error.reason === 'NO_HISTORY');
      setText(this.say, absent ? 'This daemon keeps no history.' : sentence(error));
    }
    this.say.hidden = this.say.textContent === '';
  }

  private draw({ phases, marks, bucketSeconds }: QueryHistoryResponse): void {
    this.clear();
    const { from, to } = this.span;
    setText(this.title, `${moment(from)} to ${moment(to)}, a point every ${pitch(bucketSeconds)}`);
    const { times, plots } = this.table;
    this.shown = plots.map(
      (plot) => new HistoryPlot(plot, times, this.span, phases, (span) => this.go(span)),
    );
    this.plots.replaceChildren(...this.shown.map(({ element }) => element));
    this.strip.show(phases, this.span);
    this.marks.replaceChildren(
      ...marks.map(({ time, source, text }) =>
        h('li', {}, h('time', {}, moment(time)), source === '' ? '' : `${source}: `, text),
      ),
    );
  }

  private clear(): void {
    this.shown.forEach((plot) => plot.destroy());
    this.shown = [];
    this.plots.replaceChildren();
    this.marks.replaceChildren();
    setText(this.title, '');
    this.strip.show([], this.span);
  }

  private export_(): void {
    if (this.table.times.length > 0) download(csv(this.table), 'hypnos-history.csv');
  }
}
