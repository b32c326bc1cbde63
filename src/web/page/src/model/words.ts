// The daemon's states in words.
import {
  type Layer,
  Layer_Learning,
  Phase_State,
  Source_Kind,
  Source_State,
} from '../../generated/proto/telemetry_pb';
import { percent } from '../ui/format';

export const PHASES: Record<Phase_State, string> = {
  [Phase_State.WAITING]: 'Waiting',
  [Phase_State.AWAKE]: 'Awake',
  [Phase_State.ASLEEP]: 'Asleep',
  [Phase_State.LOOKING]: 'Looking',
  [Phase_State.ENDED]: 'Ended',
};

export const PHASE_MEANINGS: Record<Phase_State, string> = {
  [Phase_State.WAITING]: 'No frame has come yet.',
  [Phase_State.AWAKE]: 'Watching, and learning from it.',
  [Phase_State.ASLEEP]: 'Learning from dreams beside what is remembered.',
  [Phase_State.LOOKING]: 'Watching what is not to be learned from.',
  [Phase_State.ENDED]: 'The sources have come to their end.',
};

// Why a phase began, to go on from "asleep" or "awake".
const CAUSES: Record<string, string> = {
  start: 'since the start',
  steps: 'after its count of steps',
  command: 'by command',
  hours: 'by the hours of the day',
  need: 'since the probe set showed a need',
  quiet: 'since nothing came to be seen',
  recovered: 'since what was lost is recovered',
  overslept: 'since more sleep would harm',
  finished: 'since dreams have nothing more to teach',
  frames: 'since there is something to see',
  longest: 'after the longest time allowed',
};

export function why(cause: string): string {
  return cause === '' ? '' : (CAUSES[cause] ?? `since: ${cause}`);
}

export const SOURCES: Record<Source_State, string> = {
  [Source_State.OPENING]: 'opening',
  [Source_State.WATCHED]: 'watched',
  [Source_State.PAUSED]: 'paused',
  [Source_State.ENDED]: 'ended',
  [Source_State.CONNECTING]: 'connecting',
  [Source_State.STALLED]: 'silent',
  [Source_State.LOST]: 'lost',
};

// What stands where a picture would. An older daemon does not tell the kind.
export function noPicture(kind: Source_Kind): string {
  if (kind === Source_Kind.TEXT) return 'Of a text there is no picture.';
  if (kind === Source_Kind.SERIES)
    return 'Of readings there is no picture. hypnosctl predict says what it expects of them.';
  return 'No picture yet.';
}

// What stands where a dream would.
export function noDream(kind: Source_Kind): string {
  if (kind === Source_Kind.TEXT) return 'It has not dreamed yet. What it would write comes here.';
  if (kind === Source_Kind.SERIES)
    return 'Dreams of readings are not drawn here. hypnosctl dream prints them.';
  return 'It has not dreamed yet. Dreams play here while it sleeps.';
}

// How good the state is, for its colour: the word stands beside it always.
export function sourceMood(state: Source_State): 'good' | 'idle' | 'bad' {
  if (state === Source_State.WATCHED) return 'good';
  return state === Source_State.LOST || state === Source_State.STALLED ? 'bad' : 'idle';
}

export interface Learning {
  words: string;
  mood: 'done' | 'busy' | 'bad' | 'none';
}

export function learning(layer: Layer): Learning {
  switch (layer.learning) {
    case Layer_Learning.FINISHED:
      return { words: 'learning finished', mood: 'done' };
    case Layer_Learning.LEARNING:
      return { words: `${percent(layer.contrast, 1)} left to learn`, mood: 'busy' };
    case Layer_Learning.CANNOT_TELL:
      return { words: 'cannot tell real from dream', mood: 'bad' };
    case Layer_Learning.STOPPED:
      return { words: 'stopped: not finite', mood: 'bad' };
    default:
      return { words: 'has not slept yet', mood: 'none' };
  }
}
