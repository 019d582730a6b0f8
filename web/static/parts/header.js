import { html } from "../vendor/preact.js";
import { panel, prefer, prefs, webui } from "../store.js";
import { Button } from "./button.js";
import { Connection } from "./connection.js";
import { Search } from "./search.js";

const NEXT = /** @type {const} */ ({ system: "light", light: "dark", dark: "system" });
const ICON = /** @type {const} */ ({ system: "system", light: "sun", dark: "moon" });

export function Header() {
  const { theme } = prefs.value;
  return html`<header class="header">
    <div class="brand"><${Button} icon="menu" label="Inboxes and tags" class="rail-open"
      onClick=${() => (panel.value = panel.peek() === "rail" ? "" : "rail")} />
      <span class="brand-name">mailtrap-local</span>${webui.value.Label && html`<span class="chip">${webui.value.Label}</span>`}</div>
    <${Search} />
    <div class="header-end">
      <${Connection} />
      <${Button} icon="send" label="Get started" keys="g n" onClick=${() => (panel.value = "start")} />
      <${Button} icon="bolt" label="Faults" keys="g f" onClick=${() => (panel.value = "faults")} />
      <${Button} icon=${ICON[theme]} label=${`Theme: ${theme}`} class="theme" onClick=${() => prefer({ theme: NEXT[theme] })} />
      <${Button} icon="find" label="Find anything" keys="Ctrl+K" onClick=${() => (panel.value = "palette")} />
      <${Button} icon="settings" label="Settings" keys="," onClick=${() => (panel.value = "settings")} />
      <${Button} icon="help" label="Keys" keys="?" onClick=${() => (panel.value = "help")} />
    </div>
  </header>`;
}
