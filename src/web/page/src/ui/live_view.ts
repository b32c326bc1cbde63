// The live page: phases, pictures, dreams, events, layers, the fleet. It is drawn at most once a screen frame.
import type { Dream, LayerUnits, Update, View } from '../../generated/proto/control_pb';
import { Phase_State, Source_Kind } from '../../generated/proto/telemetry_pb';
import type { LayerState, Model, NetworkState, SourceState } from '../model/model';
import { type Action, Controls } from './controls';
import { h, KeyedList } from './dom';
import { DreamCard } from './dream_card';
import { EventsCard, type PictureOf } from './events_card';
import { FleetSection } from './fleet_section';
import { LayerCard } from './layer_card';
import { PhasePanel } from './phase_panel';
import { SourceCard } from './source_card';
import { surpriseControls } from './surprise_controls';

type LayerItem = { key: string; network: NetworkState; layer: LayerState };

export interface LiveActions {
  control(action: Action): void;
  source(action: 'pause' | 'resume', name: string): void;
  picture: PictureOf;
  fleet(): void;
}

export class LiveView {
  private readonly phases = h('div', { class: 'phases' });
  private readonly sources = h('div', { class: 'sources' });
  private readonly layers = h('div', { class: 'layers' });
  private readonly noLayers = h(
    'p',
    { class: 'empty' },
    'The layers are shown from the first frame on.',
  );
  private readonly dream = new DreamCard();
  private readonly events: EventsCard;
  private readonly controls: Controls;
  private readonly phasePanels: KeyedList<NetworkState, PhasePanel>;
  private readonly sourceCards: KeyedList<SourceState, SourceCard>;
  private readonly layerCards: KeyedList<LayerItem, LayerCard>;
  readonly fleet: FleetSection;
  readonly element: HTMLElement;
  checkpoints = false;

  constructor(
    private readonly model: Model,
    actions: LiveActions,
  ) {
    this.controls = new Controls(actions.control);
    this.events = new EventsCard(actions.picture);
    this.fleet = new FleetSection(actions.fleet);
    this.phasePanels = new KeyedList<NetworkState, PhasePanel>(
      this.phases,
      ({ source }) => source,
      () => new PhasePanel(),
      (panel, network) => panel.show(network, model.time),
    );
    this.sourceCards = new KeyedList<SourceState, SourceCard>(
      this.sources,
      ({ source }) => source.name,
      ({ source }) => new SourceCard(source.name, actions.source),
      (card, source) => card.show(source),
    );
    this.layerCards = new KeyedList<LayerItem, LayerCard>(
      this.layers,
      ({ key }) => key,
      ({ layer, network }) => new LayerCard(layer.figures.layer, network.source),
      (card, { layer, network }) => card.show(layer, network, model.time),
      (card) => card.destroy(),
    );
    const stage = h(
      'section',
      { class: 'stage', 'aria-label': 'Sources and dreams' },
      this.sources,
      this.dream.element,
    );
    this.element = h(
      'div',
      { class: 'live' },
      this.phases,
      h(
        'div',
        { class: 'bar' },
        h('h2', {}, 'Sources'),
        h('span', { class: 'spring' }),
        surpriseControls(stage),
        this.controls.element,
      ),
      stage,
      this.events.element,
      h('div', { class: 'bar' }, h('h2', {}, 'Layers')),
      this.noLayers,
      this.layers,
      this.fleet.element,
    );
  }

  render(): void {
    const { networks, sources } = this.model;
    this.phasePanels.show(networks);
    this.sourceCards.show(sources);
    const items = networks.flatMap((network) =>
      [...network.layers.values()].map((layer) => ({
        key: layerKey(network.source, layer.figures.layer),
        network,
        layer,
      })),
    );
    this.layerCards.show(items);
    this.noLayers.hidden = items.length > 0;
    this.controls.show(networks, this.checkpoints);
    const asleep = networks.some(({ phase }) => phase?.state === Phase_State.ASLEEP);
    document.documentElement.classList.toggle('asleep', asleep);
    this.dream.sleeping(asleep);
    this.dream.awaits(sources[0]?.source.kind ?? Source_Kind.KIND_UNSPECIFIED);
  }

  pictures(update: Update): void {
    const all: View[] = [
      ...update.views,
      ...update.ofEach.flatMap((each) => each.update?.views ?? []),
    ];
    all.forEach((view) => this.sourceCards.get(view.source)?.view(view));
  }

  units(update: Update): void {
    this.pushUnits('', update.time, update.units);
    update.ofEach.forEach((each) =>
      this.pushUnits(each.source, update.time, each.update?.units ?? []),
    );
  }

  dreams(update: Update): void {
    const told: Dream[] = [update.dream, ...update.ofEach.map((each) => each.update?.dream)].filter(
      (each) => each !== undefined,
    );
    const newest = told.sort((one, other) => other.time - one.time)[0];
    if (newest !== undefined) void this.dream.show(newest);
  }

  dreamedText(text: string): void {
    this.dream.tell(text);
  }

  forgetEvents(): void {
    this.events.clear();
  }

  tellEvents(update: Update): void {
    this.events.push(update.events);
  }

  recolour(): void {
    this.layerCards.all().forEach((card) => card.recolour());
  }

  private pushUnits(source: string, time: number, units: LayerUnits[]): void {
    for (const each of units) {
      const { activity } = each;
      if (activity === undefined) continue;
      const layer = this.model.networks
        .find((network) => network.source === source)
        ?.layers.get(activity.layer);
      if (layer !== undefined) layer.silentShare = activity.silentShare;
      this.layerCards.get(layerKey(source, activity.layer))?.push(time, each);
    }
  }
}

const layerKey = (source: string, layer: number): string => `${layer}/${source}`;
