/**
 * The list of photos, when there are several.
 *
 * @module
 */
import { byId, make } from "./dom.ts";
import { removePhoto } from "./photos.ts";
import { type Photo, type State, update, watch } from "./store.ts";
import { TEXT } from "./strings.ts";

const list = byId("photo-list");

function itemOf(photo: Photo): HTMLElement {
  const { id, name, thumbnail } = photo;
  const canvas = make("canvas", { width: thumbnail.width, height: thumbnail.height });
  createImageBitmap(thumbnail).then((bitmap) => canvas.getContext("bitmaprenderer")!.transferFromImageBitmap(bitmap));
  const show = make("button", { type: "button", class: "thumbnail", "aria-label": name, title: name }, canvas);
  show.addEventListener("click", () => update({ current: id }));
  const remove = make("button", { type: "button", class: "remove", "aria-label": TEXT.remove(name) }, "×");
  remove.addEventListener("click", () => {
    const next = item.nextElementSibling ?? item.previousElementSibling;
    removePhoto(id);
    (next?.querySelector<HTMLElement>("button") ?? byId("choose")).focus();
  });
  const item = make("li", { "data-photo": id }, show, remove);
  return item;
}

function render({ photos, current }: State): void {
  const wanted = new Set(photos.map(({ id }) => String(id)));
  const shown = new Map<string, HTMLElement>();
  for (const item of list.querySelectorAll<HTMLElement>("li[data-photo]")) {
    if (wanted.has(item.dataset.photo!)) shown.set(item.dataset.photo!, item);
    else item.remove();
  }
  for (const photo of photos) {
    const item = shown.get(String(photo.id)) ?? itemOf(photo);
    if (!item.isConnected) list.append(item);
    item.querySelector(".thumbnail")!.setAttribute("aria-pressed", String(photo.id === current));
    item.classList.toggle("restored", photo.results.length > 0);
  }
  byId("welcome").hidden = photos.length > 0;
  byId("work").hidden = photos.length === 0;
}

/** Starts the list. */
export function startPhotoList(): void {
  watch((state, before) => {
    if (state === before || state.photos !== before.photos || state.current !== before.current) render(state);
  });
}
