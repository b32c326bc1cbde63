// Which span of time is looked at. It moves and zooms by buttons as well as by dragging, and
// remembers the way back.
export interface Span {
  from: number;
  to: number;
}

export const RANGES: [label: string, seconds: number][] = [
  ['10 min', 600],
  ['1 h', 3600],
  ['6 h', 6 * 3600],
  ['1 d', 86_400],
  ['7 d', 7 * 86_400],
  ['30 d', 30 * 86_400],
  ['1 y', 365 * 86_400],
];

const SHORTEST_SECONDS = 10;

// The last so many seconds.
export const last = (seconds: number, now: number): Span => ({ from: now - seconds, to: now });

// `factor` below 1 comes nearer; the middle stays.
export function zoomed({ from, to }: Span, factor: number): Span {
  const half = Math.max(SHORTEST_SECONDS, (to - from) * factor) / 2;
  const middle = (from + to) / 2;
  return { from: middle - half, to: middle + half };
}

// By a share of its length; not beyond now.
export function moved({ from, to }: Span, share: number, now: number): Span {
  const by = Math.min((to - from) * share, Math.max(0, now - to));
  return { from: from + by, to: to + by };
}
