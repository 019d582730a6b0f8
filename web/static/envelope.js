/**
 * Where envelope (RFC 5321) and header (RFC 5322) say different things.
 *
 * @import { Address, Message } from "../types/wire.d.ts"
 */

/** @param {(Address[] | null)[]} lists @returns {Set<string>} */
const addresses = (...lists) => new Set(lists.flatMap((list) => list ?? []).map(({ Address }) => Address.toLowerCase()));

/** @param {Message} message @returns {{ title: string, text: string }[]} */
export function differences({ Envelope, From, To, Cc, Bcc }) {
  const visible = addresses(To, Cc);
  const named = addresses(To, Cc, Bcc);
  const told = new Set(Envelope.To.map(({ Address }) => Address.toLowerCase()));
  const found = [];
  for (const { Address } of Envelope.To) {
    if (!visible.has(Address.toLowerCase())) found.push({ title: "Only in the envelope (Bcc):", text: Address });
  }
  for (const address of named) {
    if (!told.has(address)) found.push({ title: "Only in the header, gets no mail:", text: address });
  }
  if (From && Envelope.From.toLowerCase() !== From.Address.toLowerCase()) {
    found.push({ title: "The sender differs:", text: `MAIL FROM is ${Envelope.From || "<>"}, From is ${From.Address || "empty"}` });
  }
  return found;
}
