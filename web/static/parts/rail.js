/** @import { Inbox } from "../../types/wire.d.ts" */
/** @import { IconName } from "./icon.js" */
/** @import { Route } from "../store.js" */
import { html } from "../vendor/preact.js";
import { PINNED } from "../tagging.js";
import { count } from "../format.js";
import { tagQuery } from "../palette.js";
import { go, write } from "../router.js";
import { inboxes, panel, prefer, prefs, route, tags, totals } from "../store.js";
import { offerUndo } from "../toasts.js";
import { Button } from "./button.js";
import { runAround, runPlace, runs } from "../runs.js";
import { Icon } from "./icon.js";

/** @param {{ to: Partial<Route>, here: boolean, icon: IconName, name: string, short?: string, unread?: number, total?: number }} props */
function Entry({ to, here, icon, name, short = name, unread = 0, total }) {
  const where = { ...route.value, view: /** @type {const} */ ("mail"), id: "", ...to };
  /** @param {MouseEvent} event */
  const follow = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    panel.value = "";
    go(where);
  };
  return html`<li><a class="entry" href=${write(where)} aria-current=${here ? "page" : undefined} onClick=${follow} title=${name}>
    <${Icon} name=${icon} /><span class="entry-name">${short}</span>
    ${unread > 0 && html`<span class="badge">${count(unread)}<span class="sr"> unread</span></span>`}
    ${!unread && total !== undefined && html`<span class="quiet">${count(total)}</span>`}</a></li>`;
}

function Saved() {
  const { saved } = prefs.value;
  const { q } = route.value;
  if (!saved.length && !q) return null;
  return html`<section><h2>Searches</h2><ul>
    ${saved.map((one) => html`<${Entry} key=${one} to=${{ q: one }} here=${q === one} icon="search" name=${one} />`)}
    ${q && html`<li>${saved.includes(q)
      ? html`<${Button} icon="close" label="Forget this search" text onClick=${() => (prefer({ saved: saved.filter((one) => one !== q) }), offerUndo("Search forgotten", () => prefer({ saved })))} />`
      : html`<${Button} icon="plus" label="Keep this search" text onClick=${() => prefer({ saved: [...saved, q] })} />`}</li>`}
  </ul></section>`;
}

export function Rail() {
  const { inbox, q, view } = route.value;
  const mail = view === "mail";
  const names = Object.entries(tags.value).filter(([name]) => name !== PINNED);
  const ofRuns = new Set([...runs.value.values()].flatMap(({ of }) => of));
  /** @param {Inbox} inbox */
  const entry = ({ Name, Total, Unread }) => html`<${Entry} key=${Name} short=${runAround(Name) && Name.slice(Name.indexOf(".") + 1)} to=${{ inbox: Name, q: "" }} here=${mail && inbox === Name} icon="inbox" name=${Name} unread=${Unread} total=${Total} />`;
  return html`<nav class=${`rail ${panel.value === "rail" ? "out" : ""}`} aria-label="Inboxes and tags">
    <ul>
      <${Entry} to=${{ inbox: "", q: "" }} here=${mail && !inbox && !q} icon="mail" name="All messages" unread=${totals.value.unread} total=${totals.value.total} />
      <${Entry} to=${{ q: "is:unread" }} here=${mail && q === "is:unread"} icon="dot" name="Unread" />
      <${Entry} to=${{ q: "has:attachment" }} here=${mail && q === "has:attachment"} icon="clip" name="With attachments" />
      ${tags.value[PINNED] > 0 && html`<${Entry} to=${{ q: tagQuery(PINNED) }} here=${mail && q === tagQuery(PINNED)} icon="pin" name="Pinned" total=${tags.value[PINNED]} />`}
      <${Entry} to=${{ view: "sessions", q: "", inbox: "" }} here=${!mail} icon="session" name="SMTP sessions" />
    </ul>
    <section><div class="rail-head"><h2>Inboxes</h2><${Button} icon="plus" label="Make and delete inboxes" keys="g b" onClick=${() => (panel.value = "inboxes")} /></div><ul>${inboxes.value.filter((one) => !ofRuns.has(one)).map(entry)}</ul></section>
    ${runs.value.size > 0 && html`<section><h2>Test runs</h2><ul>${[...runs.value.values()].map(({ run, of, total, unread }) => html`<${Entry} key=${run}
      to=${runPlace(run)} here=${mail && q === runPlace(run).q} icon="runs" name=${run} unread=${unread} total=${total} />
      <li><details open=${of.some(({ Name }) => Name === inbox)}><summary>${count(of.length)} inboxes<span class="sr"> of ${run}</span></summary><ul>${of.map(entry)}</ul></details></li>`)}</ul></section>`}
    ${names.length > 0 && html`<section><h2>Tags</h2><ul>${names.map(([name, total]) => html`<${Entry} key=${name}
      to=${{ q: tagQuery(name) }} here=${mail && q === tagQuery(name)} icon="tag" name=${name} total=${total} />`)}</ul></section>`}
    <${Saved} />
  </nav>`;
}
