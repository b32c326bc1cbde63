// One layer as a strip: its units, its goodness and its p(real), over the same minutes.
import type { LayerUnits } from '../../generated/proto/control_pb';
import type { LayerState, NetworkState } from '../model/model';
import { learning } from '../model/words';
import { Curve } from './curve';
import { h, setAttribute, setText } from './dom';
import { count, fixed, NONE, percent } from './format';
import { HeatMap } from './heat_map';
import { icon } from './icons';

export class LayerCard {
  private readonly chip = h('span', { class: 'chip' });
  private readonly units = h('span', { class: 'muted' });
  private readonly facts = h('dl', { class: 'facts' });
  private readonly heat = new HeatMap();
  private readonly real = h('output', { class: 'real' });
  private readonly dream = h('output', { class: 'dream' });
  private readonly threshold = h('output', { class: 'muted' });
  private readonly pReal = h('output', { class: 'real' });
  private readonly pDream = h('output', { class: 'dream' });
  private readonly goodnessBox = h('div', { class: 'curve', role: 'img' });
  private readonly probabilityBox = h('div', { class: 'curve', role: 'img' });
  private goodness: Curve | undefined;
  private probability: Curve | undefined;
  private learned = '';
  private factsShown = '';
  readonly element: HTMLElement;

  constructor(layer: number, network: string) {
    const name = network === '' ? `Layer ${layer}` : `${network}, layer ${layer}`;
    this.element = h(
      'article',
      { class: 'layer card', 'aria-label': name },
      h(
        'header',
        {},
        h('h3', { class: 'name' }, name),
        this.chip,
        h('span', { class: 'spring' }),
        this.units,
      ),
      h('h4', {}, 'Activity of the units'),
      h('div', { class: 'heat-box' }, this.heat.canvas),
      h(
        'h4',
        {},
        'Goodness',
        h(
          'span',
          { class: 'key' },
          keyed('real', 'real', this.real),
          keyed('dream', 'dream', this.dream),
          keyed('threshold', 'dashed', this.threshold),
        ),
      ),
      this.goodnessBox,
      h(
        'h4',
        {},
        'p(real)',
        h(
          'span',
          { class: 'key' },
          keyed('of real', 'real', this.pReal),
          keyed('of dreams', 'dream', this.pDream),
        ),
      ),
      this.probabilityBox,
      this.facts,
    );
    setAttribute(
      this.heat.canvas,
      'aria-label',
      `Activity of the units of ${name} over the last three minutes`,
    );
  }

  show(layer: LayerState, network: NetworkState, time: number): void {
    const { figures } = layer;
    const { words, mood } = learning(figures);
    if (this.learned !== words) {
      this.learned = words;
      this.chip.replaceChildren(...(mood === 'done' ? [icon('check')] : []), words);
      this.chip.dataset['mood'] = mood === 'done' ? 'good' : mood === 'bad' ? 'bad' : 'idle';
    }
    setText(this.units, `${count(figures.units)} units`);
    setText(this.real, fixed(figures.goodnessReal, 2));
    setText(this.dream, fixed(figures.goodnessDream, 2));
    setText(this.threshold, fixed(layer.threshold, 2));
    setText(this.pReal, fixed(figures.probabilityReal, 2));
    setText(this.pDream, fixed(figures.probabilityDream, 2));
    setAttribute(
      this.goodnessBox,
      'aria-label',
      `Goodness: real ${fixed(figures.goodnessReal, 2)}, dream ${fixed(figures.goodnessDream, 2)}`,
    );
    setAttribute(
      this.probabilityBox,
      'aria-label',
      `p(real): of real frames ${fixed(figures.probabilityReal, 2)}, of dreams ${fixed(figures.probabilityDream, 2)}`,
    );
    this.showFacts(layer);
    this.draw(layer, network, time);
  }

  push(time: number, units: LayerUnits): void {
    this.heat.push(time, units);
  }

  recolour(): void {
    this.heat.recolour();
    this.goodness?.recolour();
    this.probability?.recolour();
  }

  destroy(): void {
    this.goodness?.destroy();
    this.probability?.destroy();
  }

  // Plots are made when there is room to measure.
  private draw(layer: LayerState, network: NetworkState, time: number): void {
    if (this.goodnessBox.clientWidth === 0) return;
    this.goodness ??= new Curve(this.goodnessBox, layer.goodness, {
      height: 128,
      axisOfTime: false,
    });
    this.probability ??= new Curve(this.probabilityBox, layer.probability, {
      height: 96,
      range: [0, 1],
      axisOfTime: true,
    });
    const { stretches } = network.track;
    this.heat.draw(time);
    this.goodness.show(time, stretches, layer.threshold);
    this.probability.show(time, stretches, 0.5);
  }

  private showFacts({ figures, silentShare }: LayerState): void {
    const dead = silentShare === undefined ? undefined : Math.round(silentShare * figures.units);
    const facts: [string, string][] = [
      ['dead units', dead === undefined ? NONE : `${count(dead)} (${percent(silentShare)})`],
      ['left to learn', percent(figures.contrast, 1)],
      ['pairs told', percent(figures.probeAccuracy)],
    ];
    const shown = facts.map((fact) => fact.join(' ')).join();
    if (this.factsShown === shown) return;
    this.factsShown = shown;
    this.facts.replaceChildren(
      ...facts.map(([term, value]) => h('div', {}, h('dt', {}, term), h('dd', {}, value))),
    );
  }
}

function keyed(label: string, kind: string, value: HTMLElement): HTMLElement {
  return h(
    'span',
    { class: `keyed ${kind}` },
    h('i', { 'aria-hidden': 'true' }),
    `${label} `,
    value,
  );
}
