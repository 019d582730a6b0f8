/** @import { Line } from "../diff.js" */
import { html, useSignal } from "../vendor/preact.js";
import { compare, pieces } from "../diff.js";
import { inert } from "../format.js";

const AROUND = 3; // equal lines that stay on either side of what differs
const MOST = 4000; // lines on screen
const SIGNS = { same: ["", ""], gone: ["−", "only left"], new: ["+", "only right"] };

/** @param {{ line: Line }} props */
function Row({ line: { kind, text, left, right, other } }) {
  const [sign, says] = SIGNS[kind];
  const shown = other === undefined ? inert(text) : pieces(text, other).map(([piece, differs], at) => (differs ? html`<mark key=${at}>${inert(piece)}</mark>` : inert(piece)));
  return html`<tr class=${kind}><td class="number">${left || ""}</td><td class="number">${right || ""}</td>
    <td class="sign"><span aria-hidden="true">${sign}</span><span class="sr">${says}</span></td><td class="line-text">${shown}</td></tr>`;
}

/** @param {Line[]} lines @returns {(Line | Line[])[]} runs of equal lines far from a difference are folded */
function folded(lines) {
  const near = new Uint8Array(lines.length);
  lines.forEach(({ kind }, at) => kind !== "same" && near.fill(1, Math.max(0, at - AROUND), at + AROUND + 1));
  /** @type {(Line | Line[])[]} */
  const found = [];
  for (let at = 0; at < lines.length; at += 1) {
    const last = found.at(-1);
    if (near[at]) found.push(lines[at]);
    else if (Array.isArray(last)) last.push(lines[at]);
    else found.push([lines[at]]);
  }
  return found;
}

/** Two texts as one, line by line: what is only left, what is only right. @param {{ left: string, right: string, name: string }} props */
export function Diff({ left, right, name }) {
  const open = useSignal(/** @type {ReadonlySet<number>} */ (new Set()));
  const lines = compare(...(/** @type {[string[], string[]]} */ ([left, right].map((text) => text.replace(/\r\n?/g, "\n").split("\n")))));
  const [gone, come] = ["gone", "new"].map((kind) => lines.filter((line) => line.kind === kind).length);
  const told = gone || come ? `${gone} only left, ${come} only right` : left ? "No difference" : "Neither has any";
  return html`<div class="panel-bar"><span class="quiet">${name}: ${told}</span></div>
    <table class="diff" aria-label=${`Differences of the ${name.toLowerCase()}`}><thead class="sr"><tr><th scope="col">Left</th><th scope="col">Right</th><th scope="col">Where</th><th scope="col">Line</th></tr></thead>
    <tbody>${folded(lines).slice(0, MOST).map((one, at) => {
      if (!Array.isArray(one)) return html`<${Row} key=${at} line=${one} />`;
      if (one.length < 4 || open.value.has(at)) return one.map((line) => html`<${Row} key=${`${at}-${line.left}`} line=${line} />`);
      return html`<tr key=${at}><td colspan="4" class="fold"><button type="button" class="button with-text" onClick=${() => (open.value = new Set([...open.value, at]))}>${one.length} equal lines</button></td></tr>`;
    })}</tbody></table>`;
}
