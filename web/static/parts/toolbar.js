import { html } from "../vendor/preact.js";
import * as acts from "../acts.js";
import { remove } from "../deleting.js";
import { count } from "../format.js";
import { info, list, loaded, paused, panel, revision, route, scopeUnread, selected, totals } from "../store.js";
import { Button } from "./button.js";

function Bulk() {
  const ids = [...selected.value];
  return html`<div class="toolbar" role="toolbar" aria-label="Selected messages">
    <h1 class="toolbar-title">${count(ids.length)} selected</h1>
    ${ids.length === 2 && html`<${Button} icon="compare" label="Compare" keys="d" onClick=${acts.compare} />`}
    <${Button} icon="open" label="Mark read" onClick=${() => void acts.mark(ids, true)} />
    <${Button} icon="dot" label="Mark unread" onClick=${() => void acts.mark(ids, false)} />
    <${Button} icon="trash" label="Delete selected" keys="#" onClick=${() => remove(ids)} />
    <${Button} icon="close" label="Unselect" keys="Esc" onClick=${() => (selected.value = new Set())} />
  </div>`;
}

/** How full it is, once it is nearly. */
function Full() {
  const most = info.value?.Limits?.MaxMessages ?? 0;
  const { total } = totals.value;
  if (!most || total < 0.9 * most) return null;
  return html`<span class="chip near" role="status" title="At most ${count(most)} messages are kept (--max-messages); the oldest make room for new ones">${count(total)} of ${count(most)} kept</span>`;
}

/** Above the list: what it shows, and what can be done with it. */
export function Toolbar() {
  void revision.value;
  if (selected.value.size) return html`<${Bulk} />`;
  const { inbox, q } = route.value;
  const total = list.total;
  return html`<div class="toolbar">
    <h1 class="toolbar-title">${q ? "Found" : inbox || "All messages"} <span class="quiet">${loaded.value ? count(total) : ""}${
      scopeUnread.value ? html`<span aria-hidden="true"> · </span><span class="sr">, </span>${count(scopeUnread.value)} unread` : ""}</span></h1><${Full} />
    <${Button} icon=${paused.value ? "play" : "pause"} label=${paused.value ? "Go on showing new mail" : "Hold back new mail"} keys="p" pressed=${paused.value}
      onClick=${() => (paused.value = !paused.peek())} />
    <${Button} icon="open" label="Mark all read" keys="R" disabled=${!scopeUnread.value} onClick=${() => void acts.markAllRead()} />
    <${Button} icon="trash" label=${q ? "Delete all that was found" : "Delete all"} disabled=${!total} onClick=${() => (panel.value = "delete-all")} />
  </div>`;
}
