// Figures as people read them.
export const NONE = '–';

export function count(value: number | bigint): string {
  return value.toLocaleString('en', { useGrouping: true });
}

export function fixed(value: number | undefined, digits: number): string {
  return value === undefined || !Number.isFinite(value) ? NONE : value.toFixed(digits);
}

export function percent(share: number | undefined, digits = 0): string {
  return share === undefined || !Number.isFinite(share)
    ? NONE
    : `${(share * 100).toFixed(digits)} %`;
}

// "3 d 4 h", "2 h 05 min", "4:07"
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [minutes, hours, days] = [60, 3600, 86400].map((unit) => Math.floor(whole / unit)) as [
    number,
    number,
    number,
  ];
  if (days > 0) return `${days} d ${hours % 24} h`;
  if (hours > 0) return `${hours} h ${two(minutes % 60)} min`;
  return `${minutes}:${two(whole % 60)}`;
}

export function clock(seconds: number): string {
  const time = new Date(seconds * 1000);
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

const two = (value: number): string => String(value).padStart(2, '0');
