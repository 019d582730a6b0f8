/**
 * Messages inside a message: where they are and what they are called.
 *
 * @import { Message, Part } from "../types/wire.d.ts"
 */

/** @param {string} id @returns {boolean} whether it is that of a message inside another */
export const nested = (id) => id.includes("~");

/** @param {string} id @returns {string} that of the message that it is directly inside */
export const around = (id) => id.slice(0, id.lastIndexOf("~"));

/** @param {Part} part @returns {boolean} whether it is a message that can be opened */
export const isMessage = ({ ContentType, Children }) => ContentType.startsWith("message/") && Children.length > 0;

/** Every part of a message but what is inside messages inside. @param {Part} part @returns {Part[]} */
export function own(part) {
  const found = [part];
  for (const one of found) if (!isMessage(one) || one === part) found.push(...(isMessage(one) ? [] : one.Children));
  return found;
}

/** @param {Message} message @returns {{ id: string, subject: string }[]} the messages directly inside it */
export const inside = ({ ID, Parts }) => own(Parts).filter(isMessage).slice(0, 50).map(({ PartID, Children }) => ({
  id: `${ID}~${PartID}`, subject: Children[0].Headers.find(({ Name }) => Name.toLowerCase() === "subject")?.Value || "(no subject)",
}));
