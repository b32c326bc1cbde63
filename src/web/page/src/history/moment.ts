// Moments of the history in words, the same beside a plot as on its axis.
import { clock, fixed } from '../ui/format';

// "26 Nov"
export function dayAndMonth(time: Date): string {
  return `${time.getDate()} ${time.toLocaleString('en', { month: 'short' })}`;
}

// "26 Nov 2026, 15:20:52"
export function moment(seconds: number): string {
  const time = new Date(seconds * 1000);
  return `${dayAndMonth(time)} ${time.getFullYear()}, ${clock(seconds)}`;
}

// How far apart points are: "second", "10 s", "80 min", "16 h".
export function pitch(seconds: number): string {
  if (seconds <= 1) return 'second';
  const units: [number, string][] = [
    [86_400, 'd'],
    [3600, 'h'],
    [60, 'min'],
    [1, 's'],
  ];
  const [unit, name] = units.find(([each]) => seconds >= 2 * each) ?? [1, 's'];
  const whole = seconds / unit;
  return `${Number.isInteger(whole) ? whole : fixed(whole, 1)} ${name}`;
}
