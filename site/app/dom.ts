/**
 * The little that the page needs of a framework: find, make, listen.
 *
 * @module
 */

/** The element of an id that the HTML has for sure. */
export function byId<E extends HTMLElement>(id: string): E {
  const found = document.getElementById(id);
  if (!found) throw new Error(`Cannot start the page as its HTML must have #${id}: it has not`);
  return found as E;
}

type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** A new element; attributes that are `false` or undefined are left out. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children);
  return made;
}

/** Changes a text; one that stays costs no layout. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Calls back at most once per frame, however often it is asked to. */
export function oncePerFrame(callback: () => void): () => void {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      callback();
    });
  };
}

/** Whether the person wants little motion. */
export const calmMotion = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** A colour of the style sheet, for canvases. */
export const colour = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

const announcer = byId("announcer");

/** Says something to who cannot see it. */
export function announce(text: string): void {
  announcer.textContent = announcer.textContent === text ? `${text}\u00a0` : text;
}
