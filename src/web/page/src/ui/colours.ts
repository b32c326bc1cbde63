// Colours of canvases: those of the style sheet, and ramps for maps.
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

type Rgb = [number, number, number];
type Stop = [at: number, colour: Rgb];

// 256 colours as RGBA, each between its two neighbouring stops.
export function ramp(stops: Stop[], alpha: (share: number) => number = () => 1): Uint8ClampedArray {
  const table = new Uint8ClampedArray(256 * 4);
  for (let value = 0; value < 256; value += 1) {
    const share = value / 255;
    const above = stops.findIndex(([at]) => at >= share);
    const high = stops[above] as Stop;
    const low = stops[Math.max(0, above - 1)] as Stop;
    const part = high[0] === low[0] ? 0 : (share - low[0]) / (high[0] - low[0]);
    for (let channel = 0; channel < 3; channel += 1) {
      const [from, to] = [low[1][channel] as number, high[1][channel] as number];
      table[value * 4 + channel] = from + part * (to - from);
    }
    table[value * 4 + 3] = 255 * alpha(share);
  }
  return table;
}

// One hue from the card's own colour to its far end: silence is paper, or night.
export const ACTIVITY_LIGHT = ramp([
  [0, [250, 249, 246]],
  [0.25, [205, 216, 238]],
  [0.5, [133, 158, 214]],
  [0.75, [72, 92, 176]],
  [1, [30, 32, 92]],
]);
export const ACTIVITY_DARK = ramp([
  [0, [16, 20, 29]],
  [0.25, [35, 47, 94]],
  [0.5, [72, 96, 178]],
  [0.75, [142, 170, 236]],
  [1, [247, 241, 222]],
]);

// What was expected stays as it is; surprise glows, by the colour-blind safe half of IBM's palette.
export const SURPRISE = ramp(
  [
    [0, [255, 176, 0]],
    [0.45, [254, 97, 0]],
    [1, [220, 38, 127]],
  ],
  (share) => share,
);

// Paints bytes, one a pixel, by a ramp.
export function painted(
  grey: ArrayLike<number>,
  stride: number,
  width: number,
  height: number,
  table: Uint8ClampedArray,
): ImageData {
  const image = new ImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  const colours = new Uint32Array(table.buffer);
  for (let pixel = 0; pixel < pixels.length; pixel += 1) {
    pixels[pixel] = colours[grey[pixel * stride] ?? 0] ?? 0;
  }
  return image;
}
