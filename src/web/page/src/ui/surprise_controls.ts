// Whether the map of surprise lies over the pictures, and how strongly. Only a matter of style: no
// picture is drawn anew.
import { switch_ } from './buttons';
import { h } from './dom';

const START_PERCENT = 70;

export function surpriseControls(stage: HTMLElement): HTMLElement {
  const slider = h('input', {
    type: 'range',
    min: '0',
    max: '100',
    value: String(START_PERCENT),
    'aria-label': 'Opacity of the surprise map, per cent',
  });
  const show = () =>
    stage.style.setProperty(
      '--surprise',
      String(toggle.input.checked ? slider.valueAsNumber / 100 : 0),
    );
  const toggle = switch_('Surprise', true, () => {
    slider.disabled = !toggle.input.checked;
    show();
  });
  slider.addEventListener('input', show);
  show();
  return h(
    'div',
    { class: 'surprise-controls' },
    toggle.element,
    slider,
    h('span', { class: 'ramp', 'aria-hidden': 'true' }),
  );
}
