// The daemons of one broker, a row each; whose name is pressed is told of in full below.
import type { FleetMember, ListFleetResponse } from '../../generated/proto/control_pb';
import * as words from '../model/fleet';
import { h, KeyedList, setText } from './dom';
import { DETAILS, FleetDetails } from './fleet_details';
import { fixed } from './format';
import { headed, row, tableOf } from './table';

const HEADINGS = [
  'Daemon',
  'State',
  'Since',
  'Frames/s',
  'Sources',
  'Lag',
  'Layers',
  'Model',
  'Problems',
] as const;

class MemberRow {
  private readonly name = h('button', {
    type: 'button',
    class: 'link name',
    'aria-controls': DETAILS,
  });
  private readonly host = h('span', { class: 'muted name' });
  private readonly state = h('span', { class: 'chip' });
  private readonly since = h('span');
  private readonly rate = h('span', { class: 'figure' });
  private readonly sources = h('span');
  private readonly lag = h('span', { class: 'figure' });
  private readonly layers = h('span');
  private readonly model = h('span', { class: 'name' });
  private readonly problems = h('span', { class: 'why name' });
  readonly element: HTMLTableRowElement;

  constructor(name: string, press: (name: string) => void) {
    this.name.addEventListener('click', () => press(name));
    this.element = row(HEADINGS, [
      [this.name, ' ', this.host],
      this.state,
      this.since,
      this.rate,
      this.sources,
      this.lag,
      this.layers,
      this.model,
      this.problems,
    ]);
  }

  show(member: FleetMember, open: boolean): void {
    const { words: state, mood } = words.state(member);
    setText(this.name, member.name);
    this.name.setAttribute('aria-expanded', String(open));
    setText(this.host, member.self ? `${member.host}, this one` : member.host);
    setText(this.state, state);
    this.state.dataset['mood'] = mood;
    this.element.dataset['gone'] = String(member.gone);
    setText(this.since, words.since(member));
    setText(this.rate, fixed(member.framesPerSecond, 1));
    setText(this.sources, words.sources(member));
    setText(this.lag, words.lag(member.latencySeconds));
    setText(this.layers, words.layers(member));
    setText(this.model, words.model(member.model));
    setText(this.problems, member.problems.join('; '));
    this.problems.closest('td')?.classList.toggle('nothing', member.problems.length === 0);
  }
}

export class FleetSection {
  private readonly trouble = h('p', { class: 'why', role: 'status', hidden: true });
  private readonly rest = h('p', { class: 'empty', hidden: true });
  private readonly body = h('tbody', { role: 'rowgroup' });
  private readonly details = new FleetDetails();
  private readonly rows = new KeyedList<FleetMember, MemberRow>(
    this.body,
    ({ name }) => name,
    ({ name }) => new MemberRow(name, (pressed) => this.press(pressed)),
    (view, member) => view.show(member, member.name === this.opened),
  );
  readonly element = h(
    'section',
    { class: 'fleet', 'aria-labelledby': 'fleet', hidden: true },
    h('div', { class: 'bar' }, h('h2', { id: 'fleet' }, 'Fleet')),
    h(
      'div',
      { class: 'card' },
      this.trouble,
      tableOf('Daemons of the same broker', headed(HEADINGS), this.body),
      this.rest,
    ),
    this.details.element,
  );
  private members: FleetMember[] = [];
  // Who is told of in full; empty: nobody.
  opened = '';

  // `asked`: somebody wants to know more, or no more.
  constructor(private readonly asked: () => void) {}

  hide(): void {
    this.element.hidden = true;
    this.close();
  }

  show(fleet: ListFleetResponse): void {
    const { members, connected, why, total } = fleet;
    this.element.hidden = false;
    this.members = members;
    const cause = why === '' ? 'it is not connected yet' : why;
    setText(this.trouble, connected ? '' : `As it was: the broker cannot be reached: ${cause}`);
    this.trouble.hidden = connected;
    const left = words.more(total, members.length);
    setText(this.rest, left === '' ? '' : `${left}, which hypnosctl fleet lists`);
    this.rest.hidden = left === '';
    this.rows.show(members);
  }

  showDetails(member: FleetMember): void {
    if (member.name === this.opened) this.details.show(member);
  }

  close(): void {
    this.opened = '';
    this.details.hide();
    this.rows.show(this.members);
  }

  private press(name: string): void {
    if (name === this.opened) return this.close();
    this.close();
    this.opened = name;
    this.rows.show(this.members);
    this.asked();
  }
}
