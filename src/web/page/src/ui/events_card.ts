// What has happened that whoever runs the daemon may want to know of, the newest first.
import { type Event, Event_Severity } from '../../generated/proto/control_pb';
import { h, KeyedList, setText } from './dom';
import { clock } from './format';

const KEPT = 100;

const SEVERITIES: Record<Event_Severity, { words: string; mood: string }> = {
  [Event_Severity.SEVERITY_UNSPECIFIED]: { words: '', mood: 'idle' },
  [Event_Severity.INFO]: { words: '', mood: 'idle' },
  [Event_Severity.WARNING]: { words: 'warning', mood: 'warning' },
  [Event_Severity.ALARM]: { words: 'alarm', mood: 'bad' },
};

class EventRow {
  readonly element: HTMLElement;

  constructor({ time, source, message, severity }: Event) {
    const { words, mood } = SEVERITIES[severity] ?? { words: '', mood: 'idle' };
    this.element = h(
      'li',
      { 'data-mood': mood },
      h('span', { class: `dot ${mood}`, 'aria-hidden': 'true' }),
      h('time', { class: 'muted', datetime: new Date(time * 1000).toISOString() }, clock(time)),
      h('span', { class: 'severity' }, words),
      h('span', { class: 'name' }, message.includes(source) ? message : `${source}: ${message}`),
    );
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
    (event) => new EventRow(event),
    () => {},
  );
  private events: Event[] = [];

  constructor() {
    this.clear();
  }

  // A daemon that was started anew counts its events from 1 again.
  clear(): void {
    this.events = [];
    this.show();
  }

  push(events: Event[]): void {
    const known = new Set(this.events.map(({ id }) => id));
    const unknown = events.filter(({ id }) => !known.has(id));
    if (unknown.length === 0) return;
    this.events = [...unknown, ...this.events]
      .sort((one, other) => Number(other.id - one.id))
      .slice(0, KEPT);
    this.show();
  }

  private show(): void {
    setText(this.empty, this.events.length > 0 ? '' : 'No events yet.');
    this.empty.hidden = this.events.length > 0;
    this.list.hidden = this.events.length === 0;
    this.rows.show(this.events);
  }
}
