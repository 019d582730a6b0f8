import { html, useEffect, useRef, useSignal } from "../vendor/preact.js";
import { find, fitting } from "../palette.js";
import { panel } from "../store.js";
import { Dialog } from "./dialog.js";
import { Keys } from "./keys.js";

const PAUSE = 140;

function Finder() {
  const text = useSignal("");
  const at = useSignal(0);
  const timer = useRef(0);
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  const entries = fitting(text.value);
  const marked = Math.min(at.value, entries.length - 1);
  useEffect(() => {
    void find("");
    return () => clearTimeout(timer.current);
  }, []);
  useEffect(() => list.current?.children[marked]?.scrollIntoView({ block: "nearest" }), [marked]);
  /** @param {number} index The dialog is closed first: what runs may want the focus, or open another one. */
  const choose = (index) => {
    const entry = entries[index];
    if (!entry) return;
    list.current?.closest("dialog")?.close();
    panel.value = "";
    entry.run();
  };
  /** @param {InputEvent & { currentTarget: HTMLInputElement }} event */
  const type = ({ currentTarget }) => {
    text.value = currentTarget.value;
    at.value = 0;
    clearTimeout(timer.current);
    timer.current = setTimeout(() => void find(text.peek().trim()), PAUSE);
  };
  /** @param {KeyboardEvent} event */
  const press = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step && event.key !== "Enter") return;
    event.preventDefault();
    if (step) at.value = (marked + step + entries.length) % entries.length;
    else choose(marked);
  };
  return html`<input class="input" type="text" role="combobox" aria-label="Find an act, a message, a place or a setting" placeholder="An act, a message, an inbox, a tag, a setting"
      aria-expanded="true" aria-controls="palette-list" aria-autocomplete="list" aria-activedescendant=${marked >= 0 ? `entry-${marked}` : undefined}
      autocomplete="off" spellcheck=${false} autofocus onInput=${type} onKeyDown=${press} />
    <ul id="palette-list" class="palette" ref=${list} role="listbox" aria-label="What fits">
      ${entries.map(({ kind, label, keys }, index) => html`<li key=${index} id=${`entry-${index}`} role="option" class="palette-entry" aria-selected=${index === marked} onClick=${() => choose(index)}>
        <span class="quiet">${kind}</span><span class="entry-name">${label}</span>${keys && html`<${Keys} keys=${keys} />`}</li>`)}</ul>
    ${!entries.length && html`<p class="quiet" role="status">Nothing fits.</p>`}`;
}

/** One field that finds every act, place, setting and message, and shows the key of what has one. */
export function Palette() {
  return html`<${Dialog} name="palette" title="Find anything" wide><${Finder} /><//>`;
}
