/**
 * The list: only the rows on screen exist. The listbox itself has the focus, and points at the active row.
 *
 * 1. Rows have one fixed height; the box is as high as all of them, each row is moved to its place by a transform.
 * 2. New rows above what one reads are held back (`held`), so nothing on screen ever moves by itself. Reaching the
 *    top by scrolling lets them in above the screen; the pill jumps to them.
 */
import { html, useEffect, useLayoutEffect, useRef } from "../vendor/preact.js";
import * as acts from "../acts.js";
import { heal } from "../pages.js";
import {
  active, aside, held, jump, listRows, listTop, loaded, narrow, prefs, revision, route, rowAt, rowOf, selected, shown,
} from "../store.js";
import { Blank, Row } from "./row.js";
import { Nothing } from "./nothing.js";
import { Pill } from "./pill.js";

const OVERSCAN = 6;
const TIGHT = 560; // px: narrower than that, one line has no room for tags

/** @param {HTMLElement} box @param {number} height */
function measure(box, height) {
  listTop.value = Math.floor(box.scrollTop / height);
  listRows.value = Math.max(1, Math.ceil(box.clientHeight / height));
}

/** @param {MouseEvent} event */
function click(event) {
  const target = /** @type {HTMLElement} */ (event.target);
  const id = /** @type {HTMLElement | null} */ (target.closest("[data-id]"))?.dataset.id;
  if (!id) return;
  if (event.shiftKey) acts.selectTo(id);
  else if (event.ctrlKey || event.metaKey || target.closest(".pick")) acts.toggleSelect(id);
  else acts.open(id);
  if (event.shiftKey || event.ctrlKey || event.metaKey) active.value = id;
}

/** The focus came: the first row on screen is the active one, unless there is one. */
function arrive() {
  if (!active.peek() && !narrow.peek()) active.value = rowAt(listTop.peek())?.ID ?? "";
}

/** @param {number} height */
function rows(height) {
  void revision.value;
  const size = shown.value;
  const first = Math.max(0, listTop.value - OVERSCAN);
  const last = Math.min(size - 1, listTop.value + listRows.value + OVERSCAN);
  const slots = listRows.value + 2 * OVERSCAN + 2;
  const marked = rowOf(active.value);
  const found = [];
  for (let row = first; row <= last; row += 1) found.push(row);
  if (marked >= 0 && marked < size && (marked < first || marked > last)) found.push(marked);
  return found.map((row) => {
    const summary = rowAt(row);
    const key = row >= first && row <= last ? row % slots : "active";
    if (!summary) return html`<${Blank} key=${key} row=${row} size=${size} height=${height} />`;
    return html`<${Row} key=${key} summary=${summary} row=${row} size=${size} height=${height}
      active=${summary.ID === active.value} picked=${selected.value.has(summary.ID)} inbox=${!route.value.inbox} />`;
  });
}

export function List() {
  const box = useRef(/** @type {HTMLDivElement | null} */ (null));
  const { dense, list: width } = prefs.value;
  const height = dense ? 30 : 52;
  const { inbox, q, sort } = route.value;
  const scope = `${inbox}\n${q}\n${sort}`;

  useEffect(() => {
    const element = /** @type {HTMLDivElement} */ (box.current);
    const watch = new ResizeObserver(() => measure(element, height));
    watch.observe(element);
    return () => watch.disconnect();
  }, [height]);

  useLayoutEffect(() => {
    if (box.current) box.current.scrollTop = 0;
    listTop.value = 0;
  }, [scope]);

  // What is in sight stays there when a sorted list is made anew.
  useLayoutEffect(() => {
    if (box.current && jump.value) box.current.scrollTop += jump.value * height;
    jump.value = 0;
  }, [jump.value]);

  // The active row stays on screen when keys move it.
  const marked = rowOf(active.value);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element || marked < 0) return;
    const top = marked * height;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + height > element.scrollTop + element.clientHeight) element.scrollTop = top + height - element.clientHeight;
  }, [active.value, marked >= 0, height]);

  const scroll = () => {
    const element = /** @type {HTMLDivElement} */ (box.current);
    if (element.scrollTop === 0 && listTop.peek() > 0 && aside.peek()) heal();
    if (element.scrollTop === 0 && listTop.peek() > 0 && held.peek() && !route.peek().id) {
      const came = held.peek();
      held.value = 0;
      revision.value += 1;
      requestAnimationFrame(() => (element.scrollTop = came * height));
    }
    listTop.value = Math.floor(element.scrollTop / height);
  };

  const empty = loaded.value && shown.value === 0;
  return html`<div class="list-frame">
    <${Pill} />
    <div id="list" class=${`list ${dense ? "dense" : ""} ${width < TIGHT ? "tight" : ""}`} ref=${box} role="listbox" tabindex="0" aria-label="Messages"
      aria-multiselectable="true" aria-activedescendant=${marked >= 0 && active.value ? `row-${active.value}` : undefined}
      aria-busy=${!loaded.value} hidden=${empty} onScroll=${scroll} onClick=${click}
      onFocus=${arrive}>
      <div class="rows" role="presentation" style=${{ height: `${shown.value * height}px` }}>${rows(height)}</div>
    </div>
    ${empty && html`<${Nothing} />`}
  </div>`;
}
