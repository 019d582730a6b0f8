import { html, useRef } from "../vendor/preact.js";
import * as acts from "../acts.js";
import { remove } from "../deleting.js";
import { count, size } from "../format.js";
import { lasted } from "../received.js";
import { aside, inboxes, info, list, loaded, now, paused, panel, revision, route, scopeUnread, selected, totals } from "../store.js";
import { SORTS } from "../sorts.js";
import { Button } from "./button.js";
import { Icon } from "./icon.js";

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

/** The order of the list: an icon, with its name where it is not that of arrival. */
function Sorting() {
  const { sort } = route.value;
  const menu = useRef(/** @type {HTMLElement | null} */ (null));
  const label = SORTS.find(([name]) => name === sort)?.[1];
  const hide = () => menu.current?.hidePopover();
  /** @param {KeyboardEvent} event */
  const press = (event) => {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    hide();
    document.getElementById("list")?.focus();
  };
  return html`<button type="button" id="sort" class=${`button ${sort ? "with-text sorted" : ""}`} popovertarget="sorting" aria-label=${`Sort: ${label}`} title="Sort (S)">
      <${Icon} name="sort" />${sort && html`<span>${label}</span>`}</button>
    <div id="sorting" class="popover" popover role="dialog" aria-label="Sort" ref=${menu} onKeyDown=${press}>
      ${SORTS.map(([name, label]) => html`<label class="check" key=${name} onClick=${(/** @type {MouseEvent} */ { detail }) => detail && hide()}><input type="radio" name="sort" autofocus=${name === sort}
        checked=${name === sort} onChange=${() => acts.sortBy(name)} /> ${label}</label>`)}</div>`;
}

const NEAR = 0.9;

/** Which limit is nearly reached, in words: how many, how much, how old. */
function near() {
  const { MaxMessages = 0, MaxBytes = 0, MaxAge = 0 } = info.value?.Limits ?? {};
  const { total } = totals.value;
  const bytes = inboxes.value.reduce((sum, { Size }) => sum + Size, 0);
  const left = MaxAge * 1000 - (now.value - Date.parse(info.value?.Oldest ?? ""));
  if (MaxMessages && total >= NEAR * MaxMessages) return `${count(total)} of ${count(MaxMessages)} kept`;
  if (MaxBytes && bytes >= NEAR * MaxBytes) return `${size(bytes)} of ${size(MaxBytes)} kept`;
  if (MaxAge && left < (1 - NEAR) * MaxAge * 1000) return `Oldest leaves in ${lasted(Math.max(0, left))}`;
  return "";
}

/** How full it is, once it is nearly. */
function Full() {
  const text = near();
  return text && html`<span class="chip near" role="status" title="The oldest make room for new ones: --max-messages, --max-bytes, --max-age">${text}</span>`;
}

/** Above the list: what it shows, and what can be done with it. */
export function Toolbar() {
  void revision.value;
  if (selected.value.size) return html`<${Bulk} />`;
  const { inbox, q } = route.value;
  const total = list.total + aside.value;
  return html`<div class="toolbar">
    <h1 class="toolbar-title">${q ? "Found" : inbox || "All messages"} <span class="quiet">${loaded.value ? count(total) : ""}${
      scopeUnread.value ? html`<span aria-hidden="true"> · </span><span class="sr">, </span>${count(scopeUnread.value)} unread` : ""}</span></h1><${Full} />
    <${Sorting} />
    <${Button} icon=${paused.value ? "play" : "pause"} label=${paused.value ? "Go on showing new mail" : "Hold back new mail"} keys="p" pressed=${paused.value}
      onClick=${() => (paused.value = !paused.peek())} />
    <${Button} icon="open" label="Mark all read" keys="R" disabled=${!scopeUnread.value} onClick=${() => void acts.markAllRead()} />
    <${Button} icon="trash" label=${q ? "Delete all that was found" : "Delete all"} disabled=${!total} onClick=${() => (panel.value = "delete-all")} />
  </div>`;
}
