import { html, useEffect, useRef, useSignal } from "../vendor/preact.js";
import { tokens } from "../markup.js";
import { prefer, prefs } from "../store.js";
import { Copy } from "./copy.js";

const LINES = 3000;
const COLOURED = 300_000;

/**
 * Colour lines of text without touching the DOM: ranges in the highlight registry.
 * @param {HTMLElement} element its children are the lines
 * @param {string[]} lines
 */
function colour(element, lines) {
  if (!CSS.highlights) return () => {};
  const nodes = [...element.children].map(({ firstChild }) => firstChild);
  const starts = [0];
  for (const line of lines) starts.push((starts.at(-1) ?? 0) + line.length + 1);
  /** @type {Record<string, Range[]>} */
  const ranges = {};
  let first = 0;
  for (const [kind, from, to] of tokens(lines.join("\n"))) {
    while (starts[first + 1] <= from) first += 1;
    for (let line = first; line < nodes.length && starts[line] < to; line += 1) {
      const node = nodes[line];
      if (!node || lines[line] === "") continue;
      const range = new Range();
      range.setStart(node, Math.max(0, from - starts[line]));
      range.setEnd(node, Math.min(lines[line].length, to - starts[line]));
      (ranges[kind] ??= []).push(range);
    }
  }
  for (const [kind, list] of Object.entries(ranges)) CSS.highlights.set(`html-${kind}`, new Highlight(...list));
  return () => Object.keys(ranges).forEach((kind) => CSS.highlights.delete(`html-${kind}`));
}

/** Text by lines, numbered. @param {{ text: string, markup?: boolean, name: string, more?: unknown }} props */
export function Code({ text, markup = false, name, more }) {
  const most = useSignal(LINES);
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const all = text.replace(/\r\n?/g, "\n").split("\n");
  const lines = all.slice(0, most.value);
  useEffect(() => (markup && box.current && text.length < COLOURED ? colour(box.current, lines) : undefined), [text, most.value]);
  return html`<div class="panel-bar"><span class="quiet">${name}</span><span class="spring"></span>
      <button type="button" class="button plain with-text" aria-pressed=${prefs.value.wrap} onClick=${() => prefer({ wrap: !prefs.value.wrap })}>Wrap</button>
      <${Copy} text=${text} named /></div>
    <div class=${`code ${prefs.value.wrap ? "wrap" : ""}`}><div class="lines" ref=${box}>${lines.map((line, at) => html`<div class="line" key=${at}>${line}</div>`)}</div>
    ${all.length > lines.length && html`<button type="button" class="button plain with-text more" onClick=${() => (most.value *= 4)}>Show more of ${all.length} lines</button>`}
    ${more}</div>`;
}
