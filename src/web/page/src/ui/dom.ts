// Makes elements. Whatever a daemon says, names of sources above all, becomes a text node here and
// never HTML.
type Child = Node | string;
type Attributes = Record<string, string | boolean>;

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  return dressed(document.createElement(tag), attributes, children);
}

export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): SVGElementTagNameMap[K] {
  return dressed(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);
}

function dressed<E extends Element>(element: E, attributes: Attributes, children: Child[]): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false) element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children);
  return element;
}

// Writes only what differs, so that a page that stands still costs nothing and a selection stays.
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export function setAttribute(element: Element, name: string, value: string): void {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

// Of keyed things (sources, layers, networks): makes what is new, drops what is gone, keeps the rest,
// in the order given.
export class KeyedList<T, V extends { element: HTMLElement }> {
  private readonly views = new Map<string, V>();

  constructor(
    private readonly parent: HTMLElement,
    private readonly keyOf: (item: T) => string,
    private readonly make: (item: T) => V,
    private readonly update: (view: V, item: T) => void,
    private readonly drop: (view: V) => void = () => {},
  ) {}

  show(items: T[]): void {
    const keys = new Set(items.map(this.keyOf));
    for (const [key, view] of this.views) {
      if (keys.has(key)) continue;
      view.element.remove();
      this.drop(view);
      this.views.delete(key);
    }
    items.forEach((item, index) => {
      const key = this.keyOf(item);
      let view = this.views.get(key);
      if (view === undefined) {
        view = this.make(item);
        this.views.set(key, view);
      }
      const there = this.parent.children[index];
      if (there !== view.element) this.parent.insertBefore(view.element, there ?? null);
      this.update(view, item);
    });
  }

  get(key: string): V | undefined {
    return this.views.get(key);
  }

  all(): V[] {
    return [...this.views.values()];
  }
}
