const WHAT = [
  'bolt',
  'bracket',
  'cabinet',
  'chair',
  'desk lamp',
  'door handle',
  'drawer runner',
  'hinge',
  'shelf',
  'trestle',
];
const MADE_OF = ['aluminium', 'ash', 'beech', 'brass', 'bronze', 'cherry', 'glass', 'oak', 'stainless steel', 'walnut'];
const FINISH = ['brushed', 'lacquered', 'natural', 'oiled', 'polished', 'raw', 'sanded', 'waxed'];
const SIZES = ['extra small', 'small', 'medium', 'large', 'extra large'];

export interface Product {
  readonly id: string;
  readonly name: string;
  /** Euro. */
  readonly price: number;
}

/** What Acme sells: several thousand things, always the same, so that a list of them is long. */
export const PRODUCTS: readonly Product[] = WHAT.flatMap((what) =>
  MADE_OF.flatMap((material) =>
    FINISH.flatMap((finish) => SIZES.map((size) => `${capital(finish)} ${material} ${what}, ${size}`)),
  ),
).map((name, index) => ({ id: `P-${10_001 + index}`, name, price: 3 + ((index * 37) % 480) }));

function capital(word: string): string {
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
}
