// The map of surprise, a canvas of its own over the picture and of its size, so that both are placed
// alike: its opacity changes without a new picture.
import { context } from './canvas';
import { painted, SURPRISE } from './colours';
import { fitTo } from './picture';

export class SurpriseLayer {
  private small = new OffscreenCanvas(1, 1);

  constructor(readonly canvas: HTMLCanvasElement) {}

  // `map`: grey, a pixel a place; absent where nothing led up to the picture.
  draw(map: ImageBitmap | undefined, picture: ImageBitmap): void {
    fitTo(this.canvas, picture);
    const { width, height } = this.canvas;
    const pen = context(this.canvas);
    pen.clearRect(0, 0, width, height);
    if (map === undefined) return;
    this.paint(map);
    pen.imageSmoothingQuality = 'high';
    pen.drawImage(this.small, 0, 0, width, height);
  }

  private paint(map: ImageBitmap): void {
    const { width, height } = map;
    if (this.small.width !== width || this.small.height !== height) {
      this.small = new OffscreenCanvas(width, height);
    }
    const pen = this.small.getContext('2d', { willReadFrequently: true });
    if (pen === null) return;
    pen.drawImage(map, 0, 0);
    const { data } = pen.getImageData(0, 0, width, height);
    pen.putImageData(painted(data, 4, width, height, SURPRISE), 0, 0);
  }
}
