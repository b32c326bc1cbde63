// The token lives as long as the tab, and in no place that outlives it or that is sent by itself.
const KEY = 'hypnos.token';

export const held = (): string => sessionStorage.getItem(KEY) ?? '';
export const keep = (token: string): void => sessionStorage.setItem(KEY, token);
export const forget = (): void => sessionStorage.removeItem(KEY);
