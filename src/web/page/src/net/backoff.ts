// How long to wait before trying again: doubling from half a second to fifteen, each with some
// chance in it, so that fifty pages do not come back in the same moment after a restart.
const FIRST_MS = 500;
const LONGEST_MS = 15_000;
const SPREAD = 0.25;

export class Backoff {
  private failures = 0;

  // `chance` from 0 to 1.
  next(chance: number = Math.random()): number {
    const wait = Math.min(FIRST_MS * 2 ** this.failures, LONGEST_MS);
    this.failures += 1;
    return wait * (1 - SPREAD + 2 * SPREAD * chance);
  }

  reset(): void {
    this.failures = 0;
  }
}
