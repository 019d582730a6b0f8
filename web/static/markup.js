/**
 * HTML source as colours: where tags, attribute names, values and comments stand. Good enough to read by; a page that
 * no parser would like is coloured oddly and shown all the same.
 *
 * @typedef {"tag" | "attribute" | "value" | "comment"} Kind
 * @param {string} source
 * @returns {[kind: Kind, from: number, to: number][]} in order, offsets into the source
 */
export function tokens(source) {
  /** @type {[Kind, number, number][]} */
  const found = [];
  const outer = /<!--[^]*?(?:-->|$)|<[!/]?[a-zA-Z][^\s>/]*|\/?>/g;
  for (let match = outer.exec(source); match; match = outer.exec(source)) {
    const end = outer.lastIndex;
    if (match[0].startsWith("<!--")) {
      found.push(["comment", match.index, end]);
      continue;
    }
    found.push(["tag", match.index, end]);
    if (match[0].startsWith("<")) outer.lastIndex = attributes(source, end, found);
  }
  return found;
}

/** @param {string} source @param {number} from @param {[Kind, number, number][]} found @returns {number} where the tag ends */
function attributes(source, from, found) {
  const inner = /\s+|[^\s=>"'/]+|=\s*(?:"[^"]*"|'[^']*'|[^\s>"']*)|\/(?!>)|["']/y;
  inner.lastIndex = from;
  let end = from;
  for (let match = inner.exec(source); match; match = inner.exec(source)) {
    end = inner.lastIndex;
    if (match[0].startsWith("=")) found.push(["value", match.index + 1, end]);
    else if (/[^\s/"']/.test(match[0])) found.push(["attribute", match.index, end]);
  }
  return end;
}
