// What the buttons ask of the daemon, and the sentence that says it was done.
import type { Ask } from './net/conversation';
import type { Action } from './ui/controls';

export interface Command {
  ask: Ask;
  done: string;
}

export const CONTROL: Record<Action, Command> = {
  sleep: { ask: { case: 'sleepNow', value: {} }, done: 'It falls asleep before the next frame.' },
  wake: {
    ask: { case: 'wake', value: {} },
    done: 'It wakes when the dream under way has come to its end.',
  },
  'learning on': { ask: { case: 'setLearning', value: { on: true } }, done: 'It learns.' },
  'learning off': {
    ask: { case: 'setLearning', value: { on: false } },
    done: 'It only looks, and learns nothing until it is told to.',
  },
  save: { ask: { case: 'saveCheckpoint', value: {} }, done: 'What was learned is saved.' },
};

export function ofSource(action: 'pause' | 'resume', name: string): Command {
  return action === 'pause'
    ? { ask: { case: 'pauseSource', value: { name } }, done: `${name} is paused.` }
    : { ask: { case: 'resumeSource', value: { name } }, done: `${name} goes on.` };
}
