// Light, dark, or as the system has it. The choice outlives the tab; it is no secret.
const KEY = 'hypnos.theme';
export type Theme = 'system' | 'light' | 'dark';
const ORDER: Theme[] = ['system', 'light', 'dark'];

const dark = window.matchMedia('(prefers-color-scheme: dark)');
const listeners: (() => void)[] = [];

export function chosen(): Theme {
  const kept = localStorage.getItem(KEY);
  return ORDER.find((each) => each === kept) ?? 'system';
}

export function choose(theme: Theme): void {
  localStorage.setItem(KEY, theme);
  apply();
}

export function next(theme: Theme): Theme {
  return ORDER[(ORDER.indexOf(theme) + 1) % ORDER.length] ?? 'system';
}

// Canvases draw with colours that they have read before, and have to read them again.
export function onThemeChange(listener: () => void): void {
  listeners.push(listener);
}

export function apply(): void {
  const theme = chosen();
  const isDark = theme === 'dark' || (theme === 'system' && dark.matches);
  document.documentElement.dataset['theme'] = isDark ? 'dark' : 'light';
  listeners.forEach((listener) => listener());
}

dark.addEventListener('change', apply);

export function isDark(): boolean {
  return document.documentElement.dataset['theme'] === 'dark';
}
