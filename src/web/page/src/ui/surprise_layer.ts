// The map of surprise, a canvas of its own over the picture: the style sheet stretches it, and its
// opacity changes without a new picture.
import { context } from './canvas';
import { painted, SURPRISE } from './colours';
import { fitTo } from './picture';

export class SurpriseLayer {
  private grey = new OffscreenCanvas(1, 1);

  constructor(readonly canvas: HTMLCanvasElement) {}

  draw(map: ImageBitmap | undefined): void {
    if (map === undefined) {
      context(this.canvas).clearRect(0, 0, this.canvas.width, this.canvas.height);
      return;
    }
    const { width, height } = map;
    if (this.grey.width !== width || this.grey.height !== height)
      this.grey = new OffscreenCanvas(width, height);
    fitTo(this.canvas, map);
    const pen = this.grey.getContext('2d', { willReadFrequently: true });
    if (pen === null) return;
    pen.drawImage(map, 0, 0);
    const { data } = pen.getImageData(0, 0, width, height);
    context(this.canvas).putImageData(painted(data, 4, width, height, SURPRISE), 0, 0);
  }
}
