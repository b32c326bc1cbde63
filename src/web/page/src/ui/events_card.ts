// What has happened that whoever runs the daemon may want to know of, the newest first.
import { type Event, Event_Severity } from '../../generated/proto/control_pb';
import { Newest } from '../model/newest';
import { h, KeyedList, setAttribute, setText } from './dom';
import { clock } from './format';
import { Picture } from './picture';

const KEPT = 100;

const SEVERITIES: Record<Event_Severity, { words: string; mood: string }> = {
  [Event_Severity.SEVERITY_UNSPECIFIED]: { words: '', mood: 'idle' },
  [Event_Severity.INFO]: { words: '', mood: 'idle' },
  [Event_Severity.WARNING]: { words: 'warning', mood: 'warning' },
  [Event_Severity.ALARM]: { words: 'alarm', mood: 'bad' },
};

// JPEG; fails where there is none any more.
export type PictureOf = (event: bigint) => Promise<Uint8Array>;

class EventRow {
  private readonly canvas = h('canvas', { role: 'img' });
  private readonly thumbnail = h('span', { class: 'thumbnail', hidden: true }, this.canvas);
  private readonly picture = new Picture(this.canvas, (pen, [image]) => {
    if (image === undefined) return;
    pen.drawImage(image, 0, 0);
    this.mark(pen);
    this.thumbnail.hidden = false;
  });
  private readonly severity = h('span', { class: 'severity' });
  private readonly what = h('span', { class: 'name' });
  private readonly newest = new Newest();
  readonly element: HTMLElement;

  constructor(
    private event: Event,
    private readonly pictureOf: PictureOf,
  ) {
    const { mood } = SEVERITIES[event.severity] ?? { mood: 'idle' };
    const time = new Date(event.time * 1000).toISOString();
    this.element = h(
      'li',
      { 'data-mood': mood },
      h('span', { class: `dot ${mood}`, 'aria-hidden': 'true' }),
      h('time', { class: 'muted', datetime: time }, clock(event.time)),
      this.thumbnail,
      this.severity,
      this.what,
    );
  }

  show(event: Event): void {
    this.event = event;
    const { source, message, severity } = event;
    setText(this.severity, SEVERITIES[severity]?.words ?? '');
    setText(this.what, message.includes(source) ? message : `${source}: ${message}`);
    if (event.picture > 0) void this.load(event);
  }

  // One that does not come is asked for again with the next news of events.
  private async load({ id, picture, message }: Event): Promise<void> {
    setAttribute(this.canvas, 'aria-label', message);
    const jpeg = await this.newest.get(picture, () => this.pictureOf(id));
    if (jpeg !== undefined) await this.picture.show([jpeg]);
  }

  // Where it was most unusual.
  private mark(pen: CanvasRenderingContext2D): void {
    const { x, y } = this.event;
    if (x === 0 && y === 0) return;
    const { width, height } = this.canvas;
    pen.lineWidth = Math.max(2, width / 80);
    pen.strokeStyle = getComputedStyle(this.canvas).color;
    pen.beginPath();
    pen.arc(x * width, y * height, width / 12, 0, 2 * Math.PI);
    pen.stroke();
  }
}

export class EventsCard {
  private readonly list = h('ol', { class: 'events', tabindex: '0', 'aria-label': 'Events' });
  private readonly empty = h('p', { class: 'empty' });
  readonly element = h(
    'article',
    { class: 'events-card card' },
    h('header', {}, h('h3', {}, 'Events')),
    this.empty,
    this.list,
  );
  private readonly rows = new KeyedList<Event, EventRow>(
    this.list,
    ({ id }) => String(id),
    (event) => new EventRow(event, this.pictureOf),
    (row, event) => row.show(event),
  );
  private events: Event[] = [];

  constructor(private readonly pictureOf: PictureOf) {
    this.clear();
  }

  // A daemon that was started anew counts its events from 1 again.
  clear(): void {
    this.events = [];
    this.show();
  }

  // Those that are known may have gone on.
  push(events: Event[]): void {
    if (events.length === 0) return;
    const told = new Set(events.map(({ id }) => id));
    const others = this.events.filter(({ id }) => !told.has(id));
    this.events = [...events, ...others]
      .sort((one, other) => Number(other.id - one.id))
      .slice(0, KEPT);
    this.show();
  }

  private show(): void {
    setText(this.empty, this.events.length > 0 ? '' : 'No events yet.');
    this.empty.hidden = this.events.length > 0;
    this.list.hidden = this.events.length === 0;
    this.list.classList.toggle(
      'pictured',
      this.events.some(({ picture }) => picture > 0),
    );
    this.rows.show(this.events);
  }
}
