import { html, useEffect, useId, useSignal } from "../vendor/preact.js";
import * as guiding from "../guide.js";
import { base, guide, webui } from "../store.js";
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
  useEffect(() => void guiding.load(), []);
  if (!guide.value) return html`<div class="start"><p class="loading">Loading</p></div>`;
  const { snippets: all, samples } = guide.value;
  const { file, text: lines } = all[chosen.value];
  const text = lines.join("\n").replaceAll("{host}", host).replaceAll("{port}", port).replaceAll("{url}", location.origin + base);
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
    <p class="samples">${samples.map((sample) => html`<${Button} key=${sample.name} icon="send" label=${sample.name} text class="outlined" onClick=${() => void guiding.send(sample)} />`)}</p>
  </div>`;
}
