/**
 * Makes static/vendor/preact.js: Preact, its hooks, signals and htm as one ES module, from the pinned npm packages.
 *
 *   node vendor.mjs          write the file and the licences beside it
 *   node vendor.mjs --check  exit 1 and say so if they are not what this script makes
 */
import { readFile, writeFile } from "node:fs/promises";
import { build } from "esbuild";

const here = new URL("./", import.meta.url);
const PACKAGES = ["preact", "@preact/signals", "@preact/signals-core", "htm"];

const ENTRY = `
export { h, render } from "preact";
export { useEffect, useLayoutEffect, useRef, useId } from "preact/hooks";
export { signal, computed, effect, batch, untracked, useSignal } from "@preact/signals";
import { h } from "preact";
import htm from "htm";
export const html = htm.bind(h);
`;

/** @param {string} name */
const folder = (name) => new URL(`node_modules/${name}/`, here);

/** @param {string} name */
async function version(name) {
  return JSON.parse(await readFile(new URL("package.json", folder(name)), "utf8")).version;
}

/** @returns {Promise<Record<string, string>>} the files, by their path under static/vendor */
async function made() {
  const versions = await Promise.all(PACKAGES.map(async (name) => `${name} ${await version(name)}`));
  const bundle = await build({
    stdin: { contents: ENTRY, resolveDir: here.pathname, sourcefile: "vendor-entry.js" },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2022",
    legalComments: "none",
    banner: { js: `/* ${versions.join(", ")}; made by web/vendor.mjs; licences in LICENSES.txt */` },
  });
  const licences = await Promise.all(
    PACKAGES.map(async (name) => `${name}\n\n${(await readFile(new URL("LICENSE", folder(name)), "utf8")).trim()}\n`),
  );
  return { "preact.js": bundle.outputFiles[0].text, "LICENSES.txt": licences.join(`\n${"-".repeat(80)}\n\n`) };
}

const stale = [];
for (const [name, text] of Object.entries(await made())) {
  const file = new URL(`static/vendor/${name}`, here);
  if (!process.argv.includes("--check")) await writeFile(file, text);
  else if ((await readFile(file, "utf8").catch(() => "")) !== text) stale.push(name);
}
if (stale.length) {
  console.error(`not what web/vendor.mjs makes: ${stale.join(", ")}; run \`npm run vendor\` in web/`);
  process.exit(1);
}
