// What daemons beside this one say of themselves, in words.
import type {
  FleetLayerElsewhere,
  FleetMember,
  FleetModel,
  FleetSource,
} from '../../generated/proto/control_pb';
import { count, duration, fixed, NONE, percent } from '../ui/format';

export function lag(seconds: number | undefined): string {
  if (seconds === undefined) return NONE;
  return seconds < 1 ? `${fixed(seconds * 1000, 0)} ms` : `${fixed(seconds, 1)} s`;
}

// How good the state is, for its colour: the word stands beside it always.
export type Mood = 'good' | 'idle' | 'bad';

export function state({ gone, phase }: FleetMember): { words: string; mood: Mood } {
  if (gone) return { words: 'gone', mood: 'bad' };
  return { words: phase, mood: phase === 'awake' || phase === 'asleep' ? 'good' : 'idle' };
}

// For how long it runs, or has said nothing.
export function since({ gone, silentSeconds, uptimeSeconds }: FleetMember): string {
  return gone ? `silent ${duration(silentSeconds)}` : `up ${duration(uptimeSeconds)}`;
}

export function sources({ sources: all, sourcesLost }: FleetMember): string {
  return sourcesLost > 0n ? `${count(all)}, ${count(sourcesLost)} lost` : count(all);
}

// Its own wherever they are computed, and those of others.
export function layers(member: FleetMember): string {
  const parts = [count(member.layers)];
  if (member.layersElsewhere > 0n) {
    const late = member.lateShare === undefined ? '' : ` (${percent(member.lateShare, 1)} late)`;
    parts.push(`${count(member.layersElsewhere)} elsewhere${late}`);
  }
  if (member.layersHosted > 0n) parts.push(`${count(member.layersHosted)} of others`);
  return parts.join(', ');
}

export function model(shared: FleetModel | undefined): string {
  if (shared === undefined) return NONE;
  return `${shared.name}, ${shared.round === 0n ? 'no round yet' : `round ${count(shared.round)}`}`;
}

export function sourceMood({ state: word, why }: FleetSource): Mood {
  if (word === 'watched') return 'good';
  return word === 'lost' || word === 'stalled' || why !== '' ? 'bad' : 'idle';
}

export function computedBy({ host, placed }: FleetLayerElsewhere): string {
  if (host === '') return 'nobody yet';
  return placed ? host : `${host}, which is lost`;
}

export function late({ steps, lateSteps }: FleetLayerElsewhere): string {
  return steps === 0n ? NONE : percent(Number(lateSteps) / Number(steps), 1);
}

// Where more were counted than are told of.
export function more(all: number | bigint, shown: number): string {
  const left = Number(all) - shown;
  return left > 0 ? `and ${count(left)} more` : '';
}
