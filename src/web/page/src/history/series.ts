// What the history view plots, from what the daemon tells: series that share a plot and an axis.
import type { HistorySeries, QueryHistoryResponse } from '../../generated/proto/control_pb';

export interface Series {
  // As the daemon calls it: "goodness_real/1@door".
  name: string;
  // In the legend, beside the others of its plot.
  label: string;
  // In the style sheet.
  colour: string;
  // Mean, least and largest of each bucket.
  mean: (number | null)[];
  min: (number | null)[];
  max: (number | null)[];
}

export interface Plot {
  title: string;
  series: Series[];
}

export interface Table {
  // The middle of each bucket, in seconds since 1970.
  times: number[];
  plots: Plot[];
}

// A name in its parts: the figure, the layer, whose it is.
const NAME = /^(?<figure>[^/@]*)(?:\/(?<layer>[^@]*))?(?:@(?<source>.*))?$/s;

// Figures of real frames and of dreams belong into one plot, in the colours of day and night.
const PAIR = /^(?<what>.*)_(?<which>real|dream)$/;

const TITLES: Record<string, string> = {
  goodness: 'Goodness',
  p: 'p(real)',
  prediction_error: 'Prediction error',
  frames_per_second: 'Frames a second',
  pairs_told: 'Pairs told, of the probe set',
  probe_auc: 'AUC, of the probe set',
  dead_units: 'Dead units, on the probe set',
  accuracy_learned: 'Accuracy on frames that were learned from',
  accuracy_held_out: 'Accuracy on held-out frames',
};

// The strip of phases tells it better than a plot.
const TOLD_BY_STRIP = /^asleep(@|$)/;

const COLOURS = 6;

export function tableOf(answer: QueryHistoryResponse): Table {
  const buckets = Math.max(0, Math.round((answer.to - answer.from) / answer.bucketSeconds));
  const times = Array.from(
    { length: buckets },
    (_, index) => answer.from + (index + 0.5) * answer.bucketSeconds,
  );
  const plots = new Map<string, Plot>();
  for (const series of answer.series) {
    if (TOLD_BY_STRIP.test(series.name)) continue;
    const { title, label, colour } = placed(series.name);
    const plot = plots.get(title) ?? { title, series: [] };
    plots.set(title, plot);
    plot.series.push({
      name: series.name,
      label,
      colour: colour ?? `series-${(plot.series.length % COLOURS) + 1}`,
      ...spread(series, buckets),
    });
  }
  plots.forEach(({ series }) => series.sort(realFirst));
  return { times, plots: [...plots.values()].sort(byTitle) };
}

export function placed(name: string): Pick<Series, 'label'> & { title: string; colour?: string } {
  const { figure = name, layer = '', source = '' } = NAME.exec(name)?.groups ?? {};
  const { what = figure, which } = PAIR.exec(figure)?.groups ?? {};
  const title = TITLES[what] ?? (what.charAt(0).toUpperCase() + what.slice(1)).replaceAll('_', ' ');
  const whose = source === '' ? '' : `, ${source}`;
  if (which !== undefined) {
    return {
      title: `${title}${layer === '' ? '' : `, layer ${layer}`}${whose}`,
      label: which,
      colour: which,
    };
  }
  const label = [layer === '' ? '' : `layer ${layer}`, source]
    .filter((part) => part !== '')
    .join(', ');
  return { title, label: label === '' ? title.toLowerCase() : label };
}

function spread(
  { bucket, mean, min, max }: HistorySeries,
  buckets: number,
): Pick<Series, 'mean' | 'min' | 'max'> {
  const column = (values: number[]): (number | null)[] => {
    const filled = new Array<number | null>(buckets).fill(null);
    bucket.forEach((at, index) => {
      if (at < buckets) filled[at] = values[index] ?? null;
    });
    return filled;
  };
  return { mean: column(mean), min: column(min), max: column(max) };
}

// Those with names of ours first, in their order, and then by the alphabet.
function byTitle(one: Plot, other: Plot): number {
  const rank = ({ title }: Plot) => {
    const at = Object.values(TITLES).findIndex((each) => title.startsWith(each));
    return at < 0 ? COLOURS * 100 : at;
  };
  return rank(one) - rank(other) || one.title.localeCompare(other.title, 'en', { numeric: true });
}

function realFirst(one: Series, other: Series): number {
  return Number(other.label === 'real') - Number(one.label === 'real');
}
