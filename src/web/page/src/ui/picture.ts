// Pictures as they come, on a canvas. Of those that come while one is decoded only the newest is
// decoded next: a slow machine shows fewer, and not older ones.
import { h } from './dom';

export class Picture {
  private waiting: Blob[] | undefined;
  private busy = false;

  constructor(
    readonly canvas: HTMLCanvasElement,
    private readonly compose: (pen: CanvasRenderingContext2D, images: ImageBitmap[]) => void,
  ) {}

  // JPEG or PNG, that which gives the size first.
  async show(files: Uint8Array[]): Promise<void> {
    this.waiting = files.map(blobOf);
    if (this.busy) return;
    this.busy = true;
    while (this.waiting !== undefined) {
      const blobs: Blob[] = this.waiting;
      this.waiting = undefined;
      const images = await decoded(blobs);
      this.draw(images);
      images.forEach((image) => image.close());
    }
    this.busy = false;
  }

  private draw(images: ImageBitmap[]): void {
    const first = images[0];
    const pen = this.canvas.getContext('2d');
    if (first === undefined || pen === null) return;
    fitTo(this.canvas, first);
    this.compose(pen, images);
  }
}

// The browser tells by the bytes what it is. None, where one cannot be decoded.
export function decoded(blobs: Blob[]): Promise<ImageBitmap[]> {
  return Promise.all(blobs.map((blob) => createImageBitmap(blob))).catch(() => []);
}

export const blobOf = (file: Uint8Array): Blob => new Blob([file as Uint8Array<ArrayBuffer>]);

// Neither a slit nor a tower, whatever the picture: the rest stays empty.
const [NARROWEST, WIDEST] = [0.8, 2.4];

export function fitTo(canvas: HTMLCanvasElement, { width, height }: ImageBitmap): void {
  if (canvas.width === width && canvas.height === height) return;
  canvas.width = width;
  canvas.height = height;
  const shape = Math.min(WIDEST, Math.max(NARROWEST, width / height));
  canvas.parentElement?.style.setProperty('aspect-ratio', String(shape));
}

// What a picture stands in; it takes the picture's shape.
export function framed(...content: HTMLElement[]): HTMLElement {
  return h('div', { class: 'frame' }, ...content);
}
