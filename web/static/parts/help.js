import { html } from "../vendor/preact.js";
import { KEYS } from "../keys.js";
import { prefer, prefs } from "../store.js";
import { Dialog } from "./dialog.js";
import { Keys } from "./keys.js";

const GROUPS = /** @type {const} */ (["Move", "Act", "Go", "View"]);
/** Single-key shortcuts disturb speech input and some screen readers: WCAG 2.1.4 wants them to be switched off. */
export function SingleKeys() {
  return html`<label class="check"><input type="checkbox" checked=${prefs.value.singleKeys}
    onChange=${() => prefer({ singleKeys: !prefs.value.singleKeys })} /> Single-key shortcuts</label>`;
}

export function Help() {
  return html`<${Dialog} name="help" title="Keys" wide>
    <${SingleKeys} />
    <div class="help">${GROUPS.map((group) => html`<section key=${group}><h3>${group}</h3><dl>
      ${KEYS.filter((key) => key.group === group).map(({ keys, does }) => html`<div key=${does}><dt>${keys.map((one) => html`<${Keys} key=${one} keys=${one} />`)}</dt><dd>${does}</dd></div>`)}
    </dl></section>`)}</div>
  <//>`;
}
