import { html } from "../vendor/preact.js";
import { removeAll } from "../deleting.js";
import { count } from "../format.js";
import { list, panel, revision, route } from "../store.js";
import { Dialog } from "./dialog.js";

export function DeleteAll() {
  void revision.value;
  const { inbox, q } = route.value;
  const scope = `${inbox ? ` of the inbox ${inbox}` : ""}${q ? ` that match ${q}` : ""}`;
  return html`<${Dialog} name="delete-all" title="Delete all?">
    <p>${count(list.total)} ${list.total === 1 ? "message" : "messages"}${scope} will be deleted. For 30 seconds this can be undone.</p>
    <div class="dialog-end"><button type="button" class="button with-text outlined" autofocus onClick=${() => (panel.value = "")}>Cancel</button>
      <button type="button" class="button with-text danger" onClick=${() => void removeAll()}>Delete ${count(list.total)}</button></div>
  <//>`;
}
