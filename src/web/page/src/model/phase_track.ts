// The phases of one network, one after the other, as far as they were seen from here.
import { type Phase, Phase_State } from '../../generated/proto/telemetry_pb';

export interface Stretch {
  state: Phase_State;
  cause: string;
  from: number;
  // The time it was last seen to last.
  to: number;
}

// Between two updates that are farther apart than this nobody knows what was.
const GAP_SECONDS = 10;

export class PhaseTrack {
  readonly stretches: Stretch[] = [];
  private lastSleeps = -1n;

  constructor(private readonly keepSeconds: number) {}

  push(time: number, phase: Phase): void {
    const last = this.stretches.at(-1);
    if (last !== undefined && time < last.to) return;
    const known = last !== undefined && time - last.to <= GAP_SECONDS;
    const goesOn = known && last.state === phase.state && !this.sleptUnseen(phase);
    if (goesOn) {
      last.to = time;
    } else {
      if (known) last.to = time;
      this.stretches.push({ state: phase.state, cause: phase.cause, from: time, to: time });
    }
    this.lastSleeps = phase.sleeps;
    while (this.stretches[0] && this.stretches[0].to < time - this.keepSeconds)
      this.stretches.shift();
  }

  // What was before the first stretch.
  prepend(earlier: Stretch[]): void {
    const first = this.stretches[0]?.from ?? Number.POSITIVE_INFINITY;
    const known = earlier
      .filter(({ from }) => from < first)
      .map((each) => ({ ...each, to: Math.min(each.to, first) }));
    this.stretches.unshift(...known);
  }

  // A sleep shorter than the time between two updates.
  private sleptUnseen(phase: Phase): boolean {
    return (
      phase.state === Phase_State.AWAKE &&
      this.lastSleeps >= 0n &&
      phase.sleeps !== this.lastSleeps &&
      this.stretches.at(-1)?.state === Phase_State.AWAKE
    );
  }
}
