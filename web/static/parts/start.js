import { html, useId, useSignal } from "../vendor/preact.js";
import * as acts from "../acts.js";
import { SAMPLES } from "../samples.js";
import { snippets } from "../snippets.js";
import { webui } from "../store.js";
import { Button } from "./button.js";
import { Copy } from "./copy.js";

/** @returns {{ host: string, port: string }} where SMTP listens, as an app on this machine names it */
function where() {
  const [, host = location.hostname, port = "1025"] = /^(.*):(\d+)$/.exec(webui.value.SMTP ?? "") ?? [];
  return { host: /^(127\.0\.0\.1|\[::1?\]|0\.0\.0\.0)$/.test(host) ? "localhost" : host, port };
}

/** @param {string} words @returns {string} */
const sentence = (words) => words && `${words[0].toUpperCase()}${words.slice(1).replaceAll("`", "")}.`;

/** How to point an app here, and a mail to try it with. */
export function Start() {
  const chosen = useSignal(0);
  const id = useId(); // it may be there twice: in its pane and in its dialog
  const { host, port } = where();
  const { SMTPTLS = "", SMTPTerms = "" } = webui.value;
  const all = snippets(host, port);
  const { file, text } = all[chosen.value];
  /** @param {KeyboardEvent} event */
  const press = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    chosen.value = (chosen.value + step + all.length) % all.length;
    document.getElementById(`${id}-${chosen.value}`)?.focus();
  };
  return html`<div class="start">
    <h2>Point your app here</h2>
    <p class="address-line">SMTP <code class="endpoint">${host}:${port}</code><${Copy} text=${`${host}:${port}`} label="Copy the address" />
      <span class="quiet">${sentence(SMTPTerms)}${SMTPTLS && html` With TLS from the first byte: <code>${SMTPTLS}</code>.`}</span></p>
    <div class="tabs" role="tablist" aria-label="Snippets" onKeyDown=${press}>${all.map(({ name }, at) => html`<button type="button" role="tab" class="tab" key=${name}
      id=${`${id}-${at}`} aria-controls=${id} aria-selected=${at === chosen.value} tabindex=${at === chosen.value ? 0 : -1} onClick=${() => (chosen.value = at)}>${name}</button>`)}</div>
    <div class="example" id=${id} role="tabpanel" aria-labelledby=${`${id}-${chosen.value}`}>
      <div class="example-head"><span class="quiet">${file}</span><${Copy} text=${text} named /></div>
      <pre tabindex="0" aria-label="Snippet">${text}</pre></div>
    <h2>Or try it with a sample</h2>
    <p class="samples">${SAMPLES.map(({ name, mail }) => html`<${Button} key=${name} icon="send" label=${name} text class="outlined" onClick=${() => void acts.sendSample(mail)} />`)}</p>
  </div>`;
}
