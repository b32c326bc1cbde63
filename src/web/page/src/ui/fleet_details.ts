// One daemon of the fleet in full: its sources, its layers, and where they are computed.
import type { FleetMember } from '../../generated/proto/control_pb';
import * as words from '../model/fleet';
import { h, setText } from './dom';
import { count, fixed, NONE } from './format';
import { plainTable } from './table';

export const DETAILS = 'fleet-details';

const chip = (text: string, mood: words.Mood): HTMLElement =>
  h('span', { class: 'chip', 'data-mood': mood }, text);

const of = (name: string): string => (name === '' ? NONE : name);

function sources({ sourceDetails, sources: all }: FleetMember): Node[] {
  const rows = sourceDetails.map((source) => [
    source.name,
    chip(source.unusual ? `${source.state}, unusual` : source.state, words.sourceMood(source)),
    count(source.frames),
    count(source.dropped),
    words.lag(source.latencySeconds),
    fixed(source.predictionError, 3),
    of(source.why),
  ]);
  const headings = ['Source', 'State', 'Frames', 'Not seen', 'Lag', 'Prediction error', 'Why'];
  return withRest(plainTable('Its sources', headings, rows), words.more(all, rows.length));
}

function layers({ layerDetails, layers: all }: FleetMember): Node[] {
  const rows = layerDetails.map((layer) => [
    `Layer ${layer.layer}`,
    of(layer.source),
    layer.learning,
    fixed(layer.goodnessReal, 3),
    fixed(layer.goodnessDream, 3),
  ]);
  const headings = ['Layer', 'Of', 'Learning', 'Goodness, real', 'Goodness, dream'];
  return withRest(plainTable('Its layers', headings, rows), words.more(all, rows.length));
}

function elsewhere(member: FleetMember): Node[] {
  const rows = member.elsewhere.map((layer) => [
    `Layer ${layer.layer}`,
    layer.network,
    words.computedBy(layer),
    count(layer.steps),
    words.late(layer),
  ]);
  const headings = ['Layer elsewhere', 'Of', 'Computed by', 'Steps', 'Late'];
  const table = plainTable('Its layers that others compute', headings, rows);
  return withRest(table, words.more(member.layersElsewhere, rows.length));
}

function hosted(member: FleetMember): Node[] {
  const rows = member.hosted.map((layer) => [
    `Layer ${layer.layer}`,
    layer.network,
    layer.placed ? 'computed' : 'offered',
    count(layer.steps),
  ]);
  const headings = ['Layer of others', 'Of', 'State', 'Steps'];
  const table = plainTable('Layers of others that it computes', headings, rows);
  return withRest(table, words.more(member.layersHosted, rows.length));
}

// Nothing where there is nothing in the table.
function withRest(table: HTMLTableElement, rest: string): Node[] {
  if (table.tBodies[0]?.rows.length === 0) return [];
  return rest === '' ? [table] : [table, h('p', { class: 'empty' }, rest)];
}

export class FleetDetails {
  private readonly name = h('h3', { class: 'name' });
  private readonly version = h('span', { class: 'muted' });
  private readonly replicas = h('p', { class: 'figures muted name' });
  private readonly problems = h('ul', { class: 'why' });
  private readonly tables = h('div', { class: 'tables' });
  private shown = '';
  readonly element = h(
    'article',
    { id: DETAILS, class: 'fleet-details card', 'aria-label': 'A daemon in full', hidden: true },
    h('header', {}, this.name, this.version),
    this.replicas,
    this.problems,
    this.tables,
  );

  hide(): void {
    this.element.hidden = true;
    this.shown = '';
  }

  show(member: FleetMember): void {
    const { name, daemonVersion, host, model, problems } = member;
    setText(this.name, name);
    setText(this.version, `hypnosd ${daemonVersion} on ${host}`);
    const together = model !== undefined && model.replicaNames.length > 0;
    setText(
      this.replicas,
      together ? `${words.model(model)}: ${model.replicaNames.join(', ')}` : '',
    );
    this.problems.replaceChildren(...problems.map((problem) => h('li', {}, problem)));
    this.problems.hidden = problems.length === 0;
    this.tables.replaceChildren(
      ...sources(member),
      ...layers(member),
      ...elsewhere(member),
      ...hosted(member),
    );
    this.element.hidden = false;
    if (this.shown === name) return;
    this.shown = name;
    this.element.scrollIntoView({ block: 'nearest' });
  }
}
