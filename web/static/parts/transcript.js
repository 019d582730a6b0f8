/** @import { Session } from "../../types/wire.d.ts" */
import { html } from "../vendor/preact.js";
import { elapsed, whole } from "../format.js";

const WHO = { C: "Client", S: "Server", "-": "Remark" };

/** @param {string} text a reply @returns {boolean} */
const refuses = (text) => /^[45]\d\d/.test(text);

/** One SMTP conversation, with its times. @param {{ session: Session }} props */
export function Transcript({ session }) {
  const { Started, Ended, Peer, Local, Helo, Username, TLS, State, Caught, Errors, Lines, Omitted } = session;
  const facts = [
    ["Began", whole(Started)], ["Took", Ended ? elapsed(new Date(Ended).getTime() - new Date(Started).getTime()) : "still open"],
    ["From", Peer], ["To", Local], ["HELO", Helo], ["AUTH user", Username], ["TLS", TLS], ["End", State],
    ["Caught", String(Caught)], ["Errors", String(Errors)],
  ].filter(([, value]) => value);
  return html`<dl class="session-facts">${facts.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
    <table class="transcript"><thead class="sr"><tr><th scope="col">Time</th><th scope="col">Who</th><th scope="col">Line</th></tr></thead><tbody>
      ${Lines.map(({ At, Who, Text }, at) => html`<tr key=${at} class=${`who-${Who === "-" ? "remark" : Who} ${Who === "S" && refuses(Text) ? "refusal" : ""}`}>
        <td class="at">${elapsed(At)}</td><td class="by"><abbr title=${WHO[Who]}>${Who === "-" ? "·" : Who}</abbr></td><td class="said">${Text}</td></tr>`)}
    </tbody></table>
    ${Omitted > 0 && html`<p class="quiet more">${Omitted} more lines were not kept.</p>`}`;
}
