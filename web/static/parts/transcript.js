/** @import { Line, Session } from "../../types/wire.d.ts" */
import { html } from "../vendor/preact.js";
import { elapsed, whole } from "../format.js";
import { prefer, prefs } from "../store.js";
import { Findings } from "./findings.js";

const WHO = { C: "Client", S: "Server", "-": "Remark" };

/** @param {string} text a reply @returns {boolean} */
const refuses = (text) => /^[45]\d\d/.test(text);

/** A line, and below it what it means. @param {{ line: Line }} props */
function Said({ line }) {
  const { At, Who, Text, Words, RFC } = line;
  const kind = `who-${Who === "-" ? "remark" : Who} ${Who === "S" && refuses(Text) ? "refusal" : ""}`;
  return html`<tr class=${kind}>
    <td class="at">${elapsed(At)}</td><td class="by"><abbr title=${WHO[Who]}>${Who === "-" ? "·" : Who}</abbr></td>
    <td class="said">${Text}${prefs.value.words && Words && html`<span class="words">${Words} <span class="quiet">${RFC}</span></span>`}</td></tr>`;
}

/** One SMTP conversation, with its times. @param {{ session: Session }} props */
export function Transcript({ session }) {
  const { Started, Ended, Peer, Local, Helo, Username, TLS, State, Caught, Errors, Lines, Omitted } = session;
  const facts = [
    ["Began", whole(Started)], ["Took", Ended ? elapsed(new Date(Ended).getTime() - new Date(Started).getTime()) : "still open"],
    ["From", Peer], ["To", Local], ["HELO", Helo], ["AUTH user", Username], ["TLS", TLS], ["End", State],
    ["Caught", String(Caught)], ["Errors", String(Errors)],
  ].filter(([, value]) => value);
  return html`<dl class="session-facts">${facts.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
    <${Findings} findings=${session.Findings} />
    <label class="check in-words"><input type="checkbox" checked=${prefs.value.words} onChange=${() => prefer({ words: !prefs.value.words })} /> Explain each line</label>
    <table class="transcript"><thead class="sr"><tr><th scope="col">Time</th><th scope="col">Who</th><th scope="col">Line</th></tr></thead><tbody>
      ${Lines.map((line, at) => html`<${Said} key=${at} line=${line} />`)}
    </tbody></table>
    ${Omitted > 0 && html`<p class="quiet more">${Omitted} more lines were not kept.</p>`}`;
}
