/** Draws the icons that browsers want as pixels from the ones that are drawn as lines. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Resvg, initWasm } from "@resvg/resvg-wasm";

const folder = path.join(path.dirname(fileURLToPath(import.meta.url)), "icons");
const HEADER_BYTES = 6;
const ENTRY_BYTES = 16;

/**
 * @param {Uint8Array} svg
 * @param {number} pixels width and height
 */
function draw(svg, pixels) {
  const drawing = new Resvg(svg, { fitTo: { mode: "width", value: pixels } });
  return Buffer.from(drawing.render().asPng());
}

/**
 * An .ico file that holds PNG images: https://en.wikipedia.org/wiki/ICO_(file_format)
 *
 * @param {{ pixels: number, png: Buffer }[]} images
 */
function ico(images) {
  const head = Buffer.alloc(HEADER_BYTES + ENTRY_BYTES * images.length);
  head.writeUInt16LE(1, 2); // icons, not cursors
  head.writeUInt16LE(images.length, 4);
  let offset = head.length;
  for (const [index, { pixels, png }] of images.entries()) {
    const entry = HEADER_BYTES + ENTRY_BYTES * index;
    head.writeUInt8(pixels, entry);
    head.writeUInt8(pixels, entry + 1);
    head.writeUInt16LE(1, entry + 4); // colour planes
    head.writeUInt16LE(32, entry + 6); // bits of each pixel
    head.writeUInt32LE(png.length, entry + 8);
    head.writeUInt32LE(offset, entry + 12);
    offset += png.length;
  }
  return Buffer.concat([head, ...images.map(({ png }) => png)]);
}

/** @returns {Promise<Record<string, Uint8Array>>} every icon by its file's name */
export async function icons() {
  await initWasm(await readFile(createRequire(import.meta.url).resolve("@resvg/resvg-wasm/index_bg.wasm")));
  const [plain, maskable] = await Promise.all(
    ["icon.svg", "icon-maskable.svg"].map((name) => readFile(path.join(folder, name))),
  );
  if (!plain || !maskable) throw new Error("an icon is missing");
  return {
    "icon.svg": plain,
    "icon-192.png": draw(plain, 192),
    "icon-512.png": draw(plain, 512),
    "icon-maskable.png": draw(maskable, 512),
    "icon-touch.png": draw(maskable, 180),
    "favicon.ico": ico([16, 32, 48].map((pixels) => ({ pixels, png: draw(plain, pixels) }))),
  };
}
