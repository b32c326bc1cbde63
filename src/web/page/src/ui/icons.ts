// The few signs of the page, drawn in the colour of the text around them.
import { svg } from './dom';

const PATHS = {
  pause: ['M9 6v12', 'M15 6v12'],
  play: ['M8 5.5v13l10.5-6.5z'],
  moon: ['M20 14.2A8.2 8.2 0 0 1 9.8 4a8.2 8.2 0 1 0 10.2 10.2z'],
  sun: [
    'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8z',
    'M12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4',
  ],
  contrast: [
    'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17z',
    'M12 3.5v17M12 8h6M12 12h8.4M12 16h6',
  ],
  lock: ['M6.5 11h11v8.5h-11z', 'M8.5 11V8a3.5 3.5 0 0 1 7 0v3'],
  unlock: ['M6.5 11h11v8.5h-11z', 'M8.5 11V7.5a3.5 3.5 0 0 1 6.8-1.2'],
  save: ['M5 5h11l3 3v11H5z', 'M8.5 5v4.5h6V5M8.5 19v-5.5h7V19'],
  step: ['M7 5.5v13l8-6.5z', 'M18 6v12'],
  check: ['M5 12.5l4.5 4.5L19 7.5'],
} as const;

export type Icon = keyof typeof PATHS;

export function icon(name: Icon): SVGSVGElement {
  return svg(
    'svg',
    { viewBox: '0 0 24 24', class: 'icon', 'aria-hidden': 'true', focusable: 'false' },
    ...PATHS[name].map((d) => svg('path', { d })),
  );
}

// The sign of Hypnos: an eye that is open while it is awake and closed while it sleeps; the style
// sheet shows one of the two.
export function eye(): SVGSVGElement {
  const open = svg(
    'g',
    { class: 'eye-open' },
    svg('path', { d: 'M3 16c5-8.5 21-8.5 26 0-5 8.5-21 8.5-26 0z' }),
    svg('circle', { cx: '16', cy: '16', r: '4.2', class: 'filled' }),
  );
  const closed = svg(
    'g',
    { class: 'eye-closed' },
    svg('path', { d: 'M3 13c5 8 21 8 26 0' }),
    svg('path', { d: 'M7.5 17.6l-2 3M13 19.8l-.8 3.6M19 19.8l.8 3.6M24.5 17.6l2 3' }),
  );
  return svg(
    'svg',
    { viewBox: '0 0 32 32', class: 'eye', 'aria-hidden': 'true', focusable: 'false' },
    open,
    closed,
  );
}
