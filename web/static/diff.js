/**
 * What differs between two lists of lines (E. W. Myers, An O(ND) Difference Algorithm, 1986), and between two lines.
 *
 * @typedef {{ kind: "same" | "gone" | "new", text: string, left: number, right: number, other?: string }} Line
 *   numbers count from 1, 0 where the line is not; `other`: the line that stands for it on the other side
 */
const MOST = 1200; // differences that are looked for; beyond it all that is not alike at the ends counts as different

/** @template T @param {T[]} left @param {T[]} right @returns {["same" | "gone" | "new", number][]} steps with the index on their side */
function steps(left, right) {
  let head = 0;
  while (head < left.length && head < right.length && left[head] === right[head]) head += 1;
  let tail = 0;
  while (tail < left.length - head && tail < right.length - head && left[left.length - 1 - tail] === right[right.length - 1 - tail]) tail += 1;
  /** @type {["same" | "gone" | "new", number][]} */
  const found = left.slice(0, head).map((_, at) => ["same", at]);
  found.push(...middle(left.slice(head, left.length - tail), right.slice(head, right.length - tail)).map(([kind, at]) => /** @type {["same", number]} */ ([kind, at + head])));
  for (let at = left.length - tail; at < left.length; at += 1) found.push(["same", at]);
  return found;
}

/** @template T @param {T[]} left @param {T[]} right @returns {["same" | "gone" | "new", number][]} */
function middle(left, right) {
  const most = Math.min(MOST, left.length + right.length);
  /** @type {Int32Array[]} */
  const trail = [];
  const reach = new Int32Array(2 * most + 3);
  for (let edits = 0; edits <= most; edits += 1) {
    trail.push(reach.slice());
    for (let line = -edits; line <= edits; line += 2) {
      const at = line + most + 1;
      let x = line === -edits || (line !== edits && reach[at - 1] < reach[at + 1]) ? reach[at + 1] : reach[at - 1] + 1;
      while (x < left.length && x - line < right.length && left[x] === right[x - line]) x += 1;
      reach[at] = x;
      if (x >= left.length && x - line >= right.length) return back(trail, left.length, right.length, most);
    }
  }
  return [...left.map((_, at) => /** @type {["gone", number]} */ (["gone", at])), ...right.map((_, at) => /** @type {["new", number]} */ (["new", at]))];
}

/** @param {Int32Array[]} trail @param {number} x @param {number} y @param {number} most @returns {["same" | "gone" | "new", number][]} */
function back(trail, x, y, most) {
  /** @type {["same" | "gone" | "new", number][]} */
  const found = [];
  for (let edits = trail.length - 1; edits >= 0; edits -= 1) {
    const reach = trail[edits];
    const line = x - y;
    const down = line === -edits || (line !== edits && reach[line + most] < reach[line + most + 2]);
    const before = down ? line + 1 : line - 1;
    const fromX = edits ? reach[before + most + 1] : 0;
    const fromY = edits ? fromX - before : 0;
    while (x > fromX && y > fromY) found.push(["same", (x -= 1)]), (y -= 1);
    if (edits) found.push(down ? ["new", (y -= 1)] : ["gone", (x -= 1)]);
  }
  return found.reverse();
}

/** @param {string[]} left @param {string[]} right @returns {Line[]} in order, what is gone before what is new */
export function compare(left, right) {
  /** @type {Line[]} */
  const lines = [];
  let [atLeft, atRight] = [0, 0];
  for (const [kind, at] of steps(left, right)) {
    if (kind !== "new") atLeft += 1;
    if (kind !== "gone") atRight += 1;
    lines.push({ kind, text: kind === "new" ? right[at] : left[at], left: kind === "new" ? 0 : atLeft, right: kind === "gone" ? 0 : atRight });
  }
  return paired(lines);
}

/** Where as many lines came as went, each stands for the one at its place. @param {Line[]} lines */
function paired(lines) {
  for (let at = 0; at < lines.length; ) {
    let middle = at;
    while (lines[middle]?.kind === "gone") middle += 1;
    let end = middle;
    while (lines[end]?.kind === "new") end += 1;
    for (let one = at; end - middle === middle - at && one < middle; one += 1) {
      const other = lines[one + middle - at];
      [lines[one].other, other.other] = [other.text, lines[one].text];
    }
    at = Math.max(end, at + 1);
  }
  return lines;
}

/** The pieces of a line, and which are not in the other. @param {string} text @param {string} other @returns {[text: string, differs: boolean][]} */
export function pieces(text, other) {
  const [mine, theirs] = [text, other].map((one) => one.slice(0, 2000).match(/\w+|\s+|[^\w\s]/g) ?? []);
  /** @type {[string, boolean][]} */
  const found = [];
  for (const [kind, at] of steps(mine, theirs)) {
    if (kind === "new") continue;
    const last = found.at(-1);
    if (last && last[1] === (kind === "gone")) last[0] += mine[at];
    else found.push([mine[at], kind === "gone"]);
  }
  return text.length > 2000 ? [...found, [text.slice(2000), false]] : found;
}
