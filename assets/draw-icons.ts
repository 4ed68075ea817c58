/**
 * Draws every icon of the app from the shapes below, by headless Chromium, and packs icon.ico and icon.icns.
 * Run with `npx tsx assets/draw-icons.ts`; the results are committed.
 */
import { chromium, type Page } from '@playwright/test';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { OverallState } from '../shared/state.ts';

const here = dirname(fileURLToPath(import.meta.url));

/** A tunnel's mouth on a 16 unit grid. */
const ARCH = 'M2.5 14 V8 A5.5 5.5 0 0 1 13.5 8 V14 Z';

/** The states are told apart by shape alone; colour only helps. Knocked-out parts are cut by a mask. */
const TRAY: Record<OverallState, { colour: string; draw: string; cut?: string }> = {
  off: { colour: '#8a909b', draw: `<path d="${ARCH}" fill="none" stroke="C" stroke-width="1.6"/>` },
  busy: {
    colour: '#d0901a',
    draw:
      `<path d="${ARCH}" fill="none" stroke="C" stroke-width="1.6"/>` +
      [5.4, 8, 10.6].map((x) => `<circle cx="${x}" cy="10" r="1.05" fill="C"/>`).join(''),
  },
  connected: {
    colour: '#1fa971',
    draw: `<path d="${ARCH}" fill="C" stroke="C" stroke-width="1.6" stroke-linejoin="round"/>`,
    cut: '<path d="M4.4 9.6 H10.6 M8.2 6.8 L11.2 9.6 L8.2 12.4" fill="none" stroke="#000" stroke-width="1.7"/>',
  },
  trouble: {
    colour: '#e5484d',
    draw: '<path d="M8 2 L14.6 14 H1.4 Z" fill="C" stroke="C" stroke-width="1.6" stroke-linejoin="round"/>',
    cut: '<path d="M8 5.8 V9.8" stroke="#000" stroke-width="1.8"/><circle cx="8" cy="12.1" r="1.1" fill="#000"/>',
  },
};

const svg = (box: number, content: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${box} ${box}">${content}</svg>`;

function traySvg(state: OverallState, template: boolean): string {
  const { colour, draw, cut = '' } = TRAY[state];
  const mask = `<mask id="m"><rect width="16" height="16" fill="#fff"/>${cut}</mask>`;
  return svg(16, `${mask}<g mask="url(#m)">${draw.replaceAll('C', template ? '#000' : colour)}</g>`);
}

/** The app's icon: three arches that recede, and what comes out of them fast. */
const APP_ICON = svg(
  512,
  `<defs>
    <linearGradient id="sky" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#1d3b4f"/><stop offset="1" stop-color="#0d1d29"/></linearGradient>
    <linearGradient id="ray" gradientUnits="userSpaceOnUse" x1="112" y1="0" x2="370" y2="0"><stop offset="0" stop-color="#38d9a9" stop-opacity="0"/><stop offset="1" stop-color="#5ff0c4"/></linearGradient>
  </defs>
  <rect x="32" y="32" width="448" height="448" rx="104" fill="url(#sky)"/>
  <path d="M112 400 V248 A144 144 0 0 1 400 248 V400 Z" fill="#2b5d78"/>
  <path d="M152 400 V256 A104 104 0 0 1 360 256 V400 Z" fill="#1c4257"/>
  <path d="M192 400 V264 A64 64 0 0 1 320 264 V400 Z" fill="#0a1620"/>
  <path d="M112 336 H376" stroke="url(#ray)" stroke-width="30" stroke-linecap="round"/>
  <path d="M320 282 L388 336 L320 390" fill="none" stroke="#5ff0c4" stroke-width="34" stroke-linecap="round" stroke-linejoin="round"/>`,
);

async function png(page: Page, source: string, size: number): Promise<Buffer> {
  await page.setViewportSize({ width: size, height: size });
  await page.setContent(
    `<style>*{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${source}`,
  );
  return page.screenshot({ omitBackground: true });
}

/** ICONDIR and ICONDIRENTRYs, then PNGs as Windows takes them since Vista. */
function ico(images: Map<number, Buffer>): Buffer {
  const head = Buffer.alloc(6 + 16 * images.size);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(images.size, 4);
  let offset = head.length;
  [...images].forEach(([size, image], i) => {
    const entry = 6 + 16 * i;
    // 256 is written as 0
    head.writeUInt8(size % 256, entry);
    head.writeUInt8(size % 256, entry + 1);
    head.writeUInt16LE(1, entry + 4);
    head.writeUInt16LE(32, entry + 6);
    head.writeUInt32LE(image.length, entry + 8);
    head.writeUInt32LE(offset, entry + 12);
    offset += image.length;
  });
  return Buffer.concat([head, ...images.values()]);
}

/** 'icns' and the length of all; then for each image its type, its length with these eight bytes, and the PNG. */
function icns(entries: [type: string, image: Buffer][]): Buffer {
  const parts = entries.map(([type, image]) => {
    const head = Buffer.from(`${type}....`, 'latin1');
    head.writeUInt32BE(8 + image.length, 4);
    return Buffer.concat([head, image]);
  });
  const head = Buffer.from('icns....', 'latin1');
  head.writeUInt32BE(8 + parts.reduce((sum, { length }) => sum + length, 0), 4);
  return Buffer.concat([head, ...parts]);
}

const write = (name: string, bytes: Buffer): void => {
  const path = join(here, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
};

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-quic', '--disable-background-networking', '--disable-component-update'],
});
const page = await browser.newPage();
const app = new Map<number, Buffer>();
for (const size of [16, 24, 32, 48, 64, 128, 256, 512, 1024]) app.set(size, await png(page, APP_ICON, size));
const at = (size: number): Buffer => app.get(size)!;
write('icon.svg', Buffer.from(APP_ICON));
write('icon.png', at(512));
for (const size of [16, 24, 32, 48, 64, 128, 256, 512]) write(`icons/${size}x${size}.png`, at(size));
write('icon.ico', ico(new Map([16, 24, 32, 48, 64, 128, 256].map((size) => [size, at(size)]))));
write(
  'icon.icns',
  icns([
    ['icp4', at(16)],
    ['icp5', at(32)],
    ['ic07', at(128)],
    ['ic08', at(256)],
    ['ic09', at(512)],
    ['ic10', at(1024)],
    ['ic11', at(32)],
    ['ic12', at(64)],
    ['ic13', at(256)],
    ['ic14', at(512)],
  ]),
);
for (const state of Object.keys(TRAY) as OverallState[]) {
  for (const [suffix, scale] of [
    ['', 1],
    ['@2x', 2],
  ] as const)
    write(`tray/${state}Template${suffix}.png`, await png(page, traySvg(state, true), 16 * scale));
  const sizes = new Map<number, Buffer>();
  for (const size of [16, 20, 24, 32, 40, 48, 64])
    sizes.set(size, await png(page, traySvg(state, false), size));
  write(`tray/${state}.ico`, ico(sizes));
  // panels of Linux draw at 22 to 32 pixels and know no scales
  write(`tray/linux/${state}.png`, await png(page, traySvg(state, false), 32));
}
await browser.close();
