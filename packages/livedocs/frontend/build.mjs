/**
 * Builds styles and scripts aside, names each file after its content, and swaps the finished folder in.
 * The page finds the names in manifest.json.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { chmod, mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { icons } from "./icons.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const published = path.resolve(here, "../src/livedocs/web/static");
const require = createRequire(import.meta.url);

/**
 * @param {string} name of the file to begin with
 * @param {"esm" | "iife"} format
 * @returns {Promise<Uint8Array>}
 */
async function script(name, format) {
  const result = await build({
    entryPoints: [path.join(here, "src", name)],
    bundle: true,
    minify: true,
    format,
    target: "es2022",
    write: false,
    legalComments: "none",
    logLevel: "warning",
  });
  const [file] = result.outputFiles;
  if (!file) throw new Error("esbuild wrote nothing");
  return file.contents;
}

/** @param {string} folder where the command line tool may write */
async function style(folder) {
  const tool = path.join(here, "node_modules/@tailwindcss/cli/dist/index.mjs");
  const output = path.join(folder, "app.css");
  const input = path.join(here, "styles/app.css");
  await promisify(execFile)(process.execPath, [tool, "--input", input, "--output", output, "--minify"], { cwd: here });
  const content = await readFile(output);
  await rm(output);
  return content;
}

/** The notices that the licences of the bundled libraries ask to be passed on. */
async function notices() {
  const texts = [];
  for (const name of ["htmx.org", "@alpinejs/csp", "@vue/reactivity", "tailwindcss"]) {
    const folder = path.join(here, "node_modules", name);
    const { version, license, author } = require(path.join(folder, "package.json"));
    const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
    const holder = typeof author === "string" ? author : (author?.name ?? "its contributors");
    const text = file ? await readFile(path.join(folder, file), "utf-8") : `Copyright (c) ${holder}. ${license} licence.\n`;
    texts.push(`${name} ${version} (${license})\n\n${text}`);
  }
  return Buffer.from(texts.join(`\n${"-".repeat(80)}\n\n`));
}

async function main() {
  await mkdir(path.dirname(published), { recursive: true });
  const aside = await mkdtemp(`${published}-`);
  try {
    const files = {
      "app.js": await script("app.js", "esm"),
      "theme.js": await script("theme-first.js", "iife"),
      "app.css": await style(aside),
      ...(await icons()),
      "notices.txt": await notices(),
    };
    /** @type {Record<string, string>} */
    const manifest = {};
    for (const [name, content] of Object.entries(files)) {
      const { name: stem, ext } = path.parse(name);
      const hash = createHash("sha256").update(content).digest("hex").slice(0, 12);
      manifest[name] = `${stem}-${hash}${ext}`;
      await writeFile(path.join(aside, manifest[name]), content);
    }
    await writeFile(path.join(aside, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
    await chmod(aside, 0o755);
    await rm(published, { recursive: true, force: true });
    await rename(aside, published);
    for (const name of Object.values(manifest)) console.log(name);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

await main();
