import { html, useLayoutEffect, useRef } from "../vendor/preact.js";
import { panel, prefs, route, spoken } from "../store.js";
import { Bounce } from "./bounce.js";
import { Compare } from "./compare.js";
import { DeleteAll } from "./delete-all.js";
import { Dialog } from "./dialog.js";
import { Faults } from "./faults.js";
import { Header } from "./header.js";
import { Help } from "./help.js";
import { Inboxes } from "./inboxes.js";
import { List } from "./list.js";
import { Message } from "./message.js";
import { Palette } from "./palette.js";
import { Rail } from "./rail.js";
import { SessionList, SessionView } from "./sessions.js";
import { Settings } from "./settings.js";
import { Splitter } from "./splitter.js";
import { Start } from "./start.js";
import { Toasts } from "./toasts.js";
import { Told } from "./told.js";
import { Toolbar } from "./toolbar.js";

function Mail() {
  return html`<section class="list-pane" aria-label="List"><${Toolbar} /><${Told} /><${List} /></section>`;
}

export function App() {
  const panes = useRef(/** @type {HTMLElement | null} */ (null));
  const { rail, list } = prefs.value;
  const { view, id, other } = route.value;
  useLayoutEffect(() => {
    panes.current?.style.setProperty("--rail", `${rail}px`);
    panes.current?.style.setProperty("--list", `${list}px`);
  }, [rail, list]);
  return html`<${Header} />
    <main ref=${panes} class=${`panes ${id ? "reading" : ""} ${id && other ? "comparing" : ""}`}>
      <${Rail} />
      ${panel.value === "rail" && html`<div class="veil" onClick=${() => (panel.value = "")}></div>`}
      <${Splitter} pane="rail" label="Width of the inboxes" min=${140} max=${360} />
      ${view === "sessions" ? html`<${SessionList} />` : html`<${Mail} />`}
      <${Splitter} pane="list" label="Width of the list" min=${260} max=${900} />
      ${view === "sessions" ? html`<${SessionView} />` : id && other ? html`<${Compare} />` : html`<${Message} />`}
    </main>
    <${Toasts} />
    <div class="sr" role="status" aria-live="polite">${spoken.value}</div>
    <${Help} /><${Settings} /><${DeleteAll} /><${Bounce} /><${Faults} /><${Inboxes} /><${Palette} />
    <${Dialog} name="start" title="Get started" wide><${Start} /><//>`;
}
