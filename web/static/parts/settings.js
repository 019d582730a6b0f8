import { html } from "../vendor/preact.js";
import { size } from "../format.js";
import { info, prefer, prefs } from "../store.js";
import { Dialog } from "./dialog.js";
import { SingleKeys } from "./help.js";

const THEMES = /** @type {const} */ (["system", "light", "dark"]);

function Limits() {
  const limits = info.value?.Limits;
  if (!limits) return null;
  const { MaxMessages, MaxAge, MaxBytes, MaxMessageSize } = limits;
  return html`<p class="quiet">Kept: ${MaxMessages ? `${MaxMessages.toLocaleString()} messages` : "any number of messages"},
    ${MaxBytes ? size(MaxBytes) : "any size"}, ${MaxAge ? `${Math.round(MaxAge / 86_400)} days` : "for ever"}; one message at most ${size(MaxMessageSize)}.
    The oldest go first. Version ${info.value?.Version}.</p>`;
}

/** What this browser remembers. */
export function Settings() {
  const { theme, dense } = prefs.value;
  return html`<${Dialog} name="settings" title="Settings">
    <fieldset class="segments"><legend>Theme</legend>${THEMES.map((one) => html`<label class="segment" key=${one}>
      <input type="radio" name="theme" value=${one} checked=${theme === one} onChange=${() => prefer({ theme: one })} /><span>${one}</span></label>`)}</fieldset>
    <label class="check"><input type="checkbox" checked=${dense} onChange=${() => prefer({ dense: !dense })} /> Dense list, one line a message</label>
    <${SingleKeys} />
    <${Limits} />
  <//>`;
}
