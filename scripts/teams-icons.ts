import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { zlibSync } from 'fflate';

/** Red, green, blue and opacity, each 0 to 255. */
type Colour = readonly [number, number, number, number];
/** True inside of a shape. Coordinates run from 0 to 1. */
type Shape = (x: number, y: number) => boolean;

interface Icon {
  readonly file: string;
  readonly size: number;
  readonly background: Colour;
  /** Later ones lie above earlier ones. */
  readonly layers: readonly { readonly shape: Shape; readonly colour: Colour }[];
}

const CLEAR: Colour = [255, 255, 255, 0];
const WHITE: Colour = [255, 255, 255, 255];
const NAVY: Colour = [31, 58, 95, 255];
const STEEL: Colour = [127, 166, 209, 255];
/** Points per pixel and direction: soft edges. */
const SAMPLES = 4;

/** Somebody, and somebody who stands in for them. Head and shoulders about `x`, grown by `grow` on all sides. */
function figure(x: number, grow = 0): Shape {
  return (px, py) => {
    const head = Math.hypot(px - x, py - 0.36) <= 0.1 + grow;
    const shoulders = Math.hypot((px - x) / (0.18 + grow), (py - 0.72) / (0.21 + grow)) <= 1 && py <= 0.72 + grow;
    return head || shoulders;
  };
}

function ring(x: number, width: number): Shape {
  const outside = figure(x, width / 2);
  const inside = figure(x, -width / 2);
  return (px, py) => outside(px, py) && !inside(px, py);
}

/** Colour: 192 pixels, filled, the drawing within the middle 120. Outline: 32 pixels, white on nothing. */
export const ICONS: readonly Icon[] = [
  {
    file: 'color.png',
    size: 192,
    background: NAVY,
    layers: [
      { shape: figure(0.61), colour: STEEL },
      { shape: figure(0.41, 0.025), colour: NAVY },
      { shape: figure(0.41), colour: WHITE },
    ],
  },
  {
    file: 'outline.png',
    size: 32,
    background: CLEAR,
    layers: [
      { shape: ring(0.64, 0.07), colour: WHITE },
      { shape: figure(0.38, 0.075), colour: CLEAR },
      { shape: ring(0.38, 0.07), colour: WHITE },
    ],
  },
];

/** The icon as a PNG (RFC 2083): eight bits per channel, no filter. */
export function drawIcon({ size, ...icon }: Icon): Buffer {
  const rows: Buffer[] = [];
  for (let y = 0; y < size; y++) {
    const pixels = Array.from({ length: size }, (_, x) => pixelAt(icon, { x, y, size }));
    rows.push(Buffer.from([0, ...pixels.flat()]));
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 6, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', zlibSync(Buffer.concat(rows), { level: 9 })),
    chunk('IEND', new Uint8Array()),
  ]);
}

function pixelAt(icon: Pick<Icon, 'background' | 'layers'>, at: { x: number; y: number; size: number }): Colour {
  const sum = [0, 0, 0, 0];
  for (let sample = 0; sample < SAMPLES * SAMPLES; sample++) {
    const x = (at.x + ((sample % SAMPLES) + 0.5) / SAMPLES) / at.size;
    const y = (at.y + (Math.floor(sample / SAMPLES) + 0.5) / SAMPLES) / at.size;
    const colour = icon.layers.findLast(({ shape }) => shape(x, y))?.colour ?? icon.background;
    for (const [channel, value] of colour.entries()) sum[channel] = (sum[channel] ?? 0) + value;
  }
  const [red = 0, green = 0, blue = 0, opacity = 0] = sum.map((value) => Math.round(value / SAMPLES ** 2));
  return [red, green, blue, opacity];
}

function chunk(name: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

/** Draws the icons of the Teams app into `appPackage/`. */
function main(): void {
  const folder = path.resolve(__dirname, '..', 'appPackage');
  for (const icon of ICONS) writeFileSync(path.join(folder, icon.file), drawIcon(icon));
}

if (require.main === module) main();
