import { html, useEffect, useRef } from "../vendor/preact.js";
import { go } from "../router.js";
import { guide, route, searchError, warnings } from "../store.js";
import * as guiding from "../guide.js";
import { Icon } from "./icon.js";

const PAUSE = 140;

function Filters() {
  return html`<div id="filters" class="popover" popover role="dialog" tabindex="0" aria-label="How to search" onToggle=${guiding.load}>
    <p>Words are looked for in subject, addresses, text and file names; all must be found. Quotes keep a phrase, <code>-</code> excludes.</p>
    <dl>${guide.value?.filters.map(({ filter, means }) => html`<div key=${filter}><dt><code>${filter}</code></dt><dd>${means}</dd></div>`)}</dl>
  </div>`;
}

export function Search() {
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  const timer = useRef(0);
  const { q } = route.value;
  useEffect(() => {
    if (input.current && document.activeElement !== input.current) input.current.value = q;
  }, [q]);
  const type = () => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      const text = input.current?.value.trim() ?? "";
      if (text !== route.peek().q) go({ view: "mail", q: text, ...(text && { id: "" }) }, { replace: route.peek().q !== "" && text !== "" });
    }, PAUSE);
  };
  /** @param {KeyboardEvent} event */
  const press = (event) => {
    if (event.key !== "Escape" && event.key !== "Enter") return;
    if (event.key === "Escape" && input.current) input.current.value = "";
    event.preventDefault();
    event.stopPropagation();
    type();
    document.getElementById("list")?.focus();
  };
  const told = searchError.value || warnings.value.length;
  return html`<div class="search" role="search">
    <${Icon} name="search" />
    <input id="search" ref=${input} type="search" placeholder="Search" title="Search (/)" aria-label="Search messages" autocomplete="off" spellcheck=${false}
      maxlength="4000" aria-invalid=${searchError.value ? "true" : undefined} aria-describedby=${told ? "search-told" : undefined}
      onInput=${type} onKeyDown=${press} />
    <button type="button" class="button" popovertarget="filters" aria-label="How to search" title="How to search"><${Icon} name="help" /></button>
    <${Filters} />
  </div>`;
}
