// What is known of the daemon, put together from its updates. It holds no element and draws nothing.
import type { NetworkUpdate, Update } from '../../generated/proto/control_pb';
import type { Layer, Phase, Source } from '../../generated/proto/telemetry_pb';
import { CurveData } from './curve_data';
import { FrameRate } from './frame_rate';
import { PhaseTrack } from './phase_track';

// How far back the live plots and the ribbon reach.
export const CURVE_SECONDS = 180;
export const RIBBON_SECONDS = 600;

export class LayerState {
  // Goodness and p(real), of real frames and of dreams.
  readonly goodness = new CurveData(2, CURVE_SECONDS);
  readonly probability = new CurveData(2, CURVE_SECONDS);
  // Goodness a unit from which on a layer holds its input for real; absent until it was asked for.
  threshold: number | undefined;
  // Of which phase that is: it may move between phases.
  thresholdOf = '';
  silentShare: number | undefined;

  constructor(public figures: Layer) {}

  push(time: number, figures: Layer): void {
    this.figures = figures;
    this.goodness.push(time, [figures.goodnessReal, figures.goodnessDream]);
    this.probability.push(time, [figures.probabilityReal, figures.probabilityDream]);
  }
}

export class NetworkState {
  phase: Phase | undefined;
  readonly track = new PhaseTrack(RIBBON_SECONDS);
  readonly layers = new Map<number, LayerState>();

  // `source`: whose network it is; empty where there is one for all.
  constructor(readonly source: string) {}

  // Another one for each phase.
  get phaseName(): string {
    return `${this.phase?.state} after ${this.phase?.sleeps} sleeps`;
  }
}

export interface SourceState {
  source: Source;
  rate: FrameRate;
}

export class Model {
  // Of the newest update, by the daemon's clock, in seconds since 1970.
  time = 0;
  sources: SourceState[] = [];
  networks: NetworkState[] = [];

  apply(update: Update): void {
    this.time = Math.max(update.time, this.time - update.time > 60 ? 0 : this.time);
    this.setSources(update.time, update.sources);
    const parts = update.ofEach.length > 0 ? update.ofEach : [whole(update)];
    if (update.ofEach.length > 0 || update.phase || update.layers.length > 0)
      this.keepNetworks(parts);
    for (const { source, update: part } of parts) {
      if (part !== undefined) this.applyTo(this.network(source), update.time, part);
    }
  }

  network(source: string): NetworkState {
    let found = this.networks.find((each) => each.source === source);
    if (found === undefined) {
      found = new NetworkState(source);
      this.networks.push(found);
    }
    return found;
  }

  private applyTo(network: NetworkState, time: number, part: Part): void {
    if (part.phase !== undefined) {
      network.phase = part.phase;
      network.track.push(time, part.phase);
    }
    for (const figures of part.layers) {
      const layer = network.layers.get(figures.layer) ?? new LayerState(figures);
      network.layers.set(figures.layer, layer);
      layer.push(time, figures);
    }
    for (const activity of part.activity) {
      const layer = network.layers.get(activity.layer);
      if (layer !== undefined) layer.silentShare = activity.silentShare;
    }
  }

  private setSources(time: number, sources: Source[]): void {
    this.sources = sources.map((source) => {
      const rate =
        this.sources.find((each) => each.source.name === source.name)?.rate ?? new FrameRate();
      rate.push(time, Number(source.frames));
      return { source, rate };
    });
  }

  // Networks come and go with their sources.
  private keepNetworks(parts: { source: string }[]): void {
    const names = parts.map(({ source }) => source);
    this.networks = this.networks.filter(({ source }) => names.includes(source));
  }
}

type Part = Pick<Update, 'phase' | 'layers' | 'activity'>;

function whole(update: Update): { source: string; update: Part } | NetworkUpdate {
  return { source: '', update };
}
