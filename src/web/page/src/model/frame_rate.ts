// Frames a second, from counts that come now and then: over about the last five seconds.
const WINDOW_SECONDS = 5;

export class FrameRate {
  private counts: { time: number; frames: number }[] = [];

  push(time: number, frames: number): void {
    const last = this.counts.at(-1);
    // A daemon that was restarted counts from 0 again.
    if (last !== undefined && (frames < last.frames || time < last.time)) this.counts = [];
    this.counts.push({ time, frames });
    while (this.counts.length > 2 && (this.counts[1]?.time ?? time) <= time - WINDOW_SECONDS)
      this.counts.shift();
  }

  get hz(): number | undefined {
    const [first, last] = [this.counts[0], this.counts.at(-1)];
    if (first === undefined || last === undefined || last.time - first.time < 0.5) return undefined;
    return (last.frames - first.frames) / (last.time - first.time);
  }
}
