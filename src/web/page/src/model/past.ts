// Fills the curves and the ribbon with what was before the page was opened, from the history.
import type { HistorySeries, QueryHistoryResponse } from '../../generated/proto/control_pb';
import type { CurveData, Value } from './curve_data';
import { type Model, type NetworkState, RIBBON_SECONDS } from './model';

// What is asked for: by the second for what the curves show, and the same query tells the phases.
export const PAST = {
  series: ['goodness_real/*', 'goodness_dream/*', 'p_real/*', 'p_dream/*'],
  seconds: RIBBON_SECONDS,
};

export function recall(model: Model, answer: QueryHistoryResponse): void {
  const buckets = Math.round((answer.to - answer.from) / answer.bucketSeconds);
  const times = Array.from(
    { length: buckets },
    (_, index) => answer.from + (index + 0.5) * answer.bucketSeconds,
  );
  const columns = new Map(answer.series.map((series) => [series.name, columnOf(series, buckets)]));
  for (const network of model.networks) {
    for (const [layer, state] of network.layers) {
      const fill = (data: CurveData, figure: string) => {
        const pair = ['real', 'dream'].map((which) =>
          columns.get(nameOf(`${figure}_${which}`, layer, network)),
        );
        if (pair.some((column) => column !== undefined))
          data.prepend(
            times,
            pair.map((column) => column ?? new Array<Value>(buckets).fill(null)),
          );
      };
      fill(state.goodness, 'goodness');
      fill(state.probability, 'p');
    }
    network.track.prepend(answer.phases.filter(({ source }) => source === network.source));
  }
}

function nameOf(figure: string, layer: number, { source }: NetworkState): string {
  return `${figure}/${layer}${source === '' ? '' : `@${source}`}`;
}

function columnOf({ bucket, mean }: HistorySeries, buckets: number): Value[] {
  const column = new Array<Value>(buckets).fill(null);
  bucket.forEach((at, index) => {
    if (at < buckets) column[at] = mean[index] ?? null;
  });
  return column;
}
