// Buttons and switches: real ones, so that keys and screen readers work by themselves.
import { h } from './dom';
import { icon, type Icon } from './icons';

export function button(
  label: string,
  sign: Icon | undefined,
  press: () => void,
  kind = '',
): HTMLButtonElement {
  const element = h('button', { type: 'button', class: `button ${kind}` });
  if (sign !== undefined) element.append(icon(sign));
  element.append(h('span', {}, label));
  element.addEventListener('click', press);
  return element;
}

// Only its sign is seen; the label is for who hears the page, and for the tooltip.
export function iconButton(label: string, sign: Icon, press: () => void): HTMLButtonElement {
  const element = h(
    'button',
    { type: 'button', class: 'button bare', 'aria-label': label, title: label },
    icon(sign),
  );
  element.addEventListener('click', press);
  return element;
}

export interface Switch {
  element: HTMLLabelElement;
  input: HTMLInputElement;
}

export function switch_(label: string, on: boolean, flip: (on: boolean) => void): Switch {
  const input = h('input', { type: 'checkbox', role: 'switch', checked: on });
  input.addEventListener('change', () => flip(input.checked));
  const element = h(
    'label',
    { class: 'switch' },
    input,
    h('span', { class: 'track', 'aria-hidden': 'true' }),
    h('span', {}, label),
  );
  return { element, input };
}
