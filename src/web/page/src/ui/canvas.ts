// A canvas with as many pixels as it covers on the screen.
export function fitToScreen(canvas: HTMLCanvasElement): CanvasRenderingContext2D | null {
  const ratio = Math.min(window.devicePixelRatio || 1, 2);
  const width = Math.round(canvas.clientWidth * ratio);
  const height = Math.round(canvas.clientHeight * ratio);
  if (width === 0 || height === 0) return null;
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  return canvas.getContext('2d');
}

export function context(
  canvas: HTMLCanvasElement | OffscreenCanvas,
): OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D {
  const found = canvas.getContext('2d') as
    CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D | null;
  if (found === null) throw new Error('this browser has no canvas to draw on');
  return found;
}
