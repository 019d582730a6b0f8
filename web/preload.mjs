/**
 * Names every module in index.html, so that the browser asks for all at once and not one generation of imports after
 * the other.
 *
 *   node preload.mjs          write the list
 *   node preload.mjs --check  exit 1 and say so if it is stale
 */
import { readdir, readFile, writeFile } from "node:fs/promises";

const here = new URL("static/", import.meta.url);
const page = new URL("index.html", here);
const ALONE = new Set(["main.js", "theme.js"]); // named by script elements

const modules = (await readdir(here, { recursive: true })).filter((name) => name.endsWith(".js") && !ALONE.has(name)).sort();
const links = modules.map((name) => `<link rel="modulepreload" href="{{base}}/static/${name}">\n`).join("");
const text = await readFile(page, "utf8");
const made = text.replace(/(<link rel="modulepreload"[^\n]*\n)*<script type="module"/, `${links}<script type="module"`);
if (!process.argv.includes("--check")) await writeFile(page, made);
else if (made !== text) {
  console.error("the modules named in index.html are stale; run `npm run preload` in web/");
  process.exit(1);
}
