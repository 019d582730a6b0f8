import { html } from "../vendor/preact.js";
import { count, size } from "../format.js";
import { info, prefer, prefs, prefsOf } from "../store.js";
import { notify } from "../notify.js";
import { offerUndo, tell } from "../toasts.js";
import { Button } from "./button.js";
import { Dialog } from "./dialog.js";
import { SingleKeys } from "./help.js";

const THEMES = /** @type {const} */ (["system", "light", "dark"]);

function Limits() {
  const limits = info.value?.Limits;
  if (!limits) return null;
  const { MaxMessages, MaxAge, MaxBytes, MaxMessageSize } = limits;
  const kept = [
    MaxMessages ? `${count(MaxMessages)} messages` : "any number of messages",
    MaxBytes ? size(MaxBytes) : "any size",
    MaxAge ? `${Math.round(MaxAge / 86_400)} days` : "for ever",
  ];
  return html`<p class="quiet">Kept: ${kept.join(", ")}; one message at most ${size(MaxMessageSize)}.
    The oldest go first. Version ${info.value?.Version}.</p>`;
}

/** To a file, and from one. */
function Keep() {
  const save = () => {
    const url = URL.createObjectURL(new Blob([JSON.stringify(prefs.peek(), null, 2)], { type: "application/json" }));
    Object.assign(document.createElement("a"), { href: url, download: "mailtrap-local-settings.json" }).click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  };
  /** @param {{ currentTarget: HTMLInputElement }} event */
  const load = async ({ currentTarget: input }) => {
    const before = prefs.peek();
    try {
      prefs.value = prefsOf((await input.files?.[0]?.text()) ?? "");
      offerUndo("Settings imported", () => (prefs.value = before));
    } catch {
      tell("Not imported: this file holds no settings", { kind: "error" });
    }
    input.value = "";
  };
  return html`<p class="keep"><${Button} icon="download" label="Export settings" text class="outlined" onClick=${save} />
    <label class="button with-text outlined">Import settings<input class="sr" type="file" accept="application/json,.json" onChange=${load} /></label></p>`;
}

/** What this browser remembers. */
export function Settings() {
  const { theme, dense, notify: notified } = prefs.value;
  return html`<${Dialog} name="settings" title="Settings">
    <fieldset class="segments"><legend>Theme</legend>${THEMES.map((one) => html`<label class="segment" key=${one}>
      <input type="radio" name="theme" value=${one} checked=${theme === one} onChange=${() => prefer({ theme: one })} /><span>${one}</span></label>`)}</fieldset>
    <label class="check"><input type="checkbox" checked=${dense} onChange=${() => prefer({ dense: !dense })} /> Dense list, one line a message</label>
    <${SingleKeys} />
    <label class="check"><input type="checkbox" checked=${notified} onChange=${(/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget }) => void notify(!notified).then((on) => (currentTarget.checked = on))} /> Notify me of new mail while I look elsewhere</label>
    <${Keep} />
    <${Limits} />
  <//>`;
}
