// Day is amber and night is indigo, in the ribbon and in the history.
import { Phase_State } from '../../generated/proto/telemetry_pb';
import { colour } from './colours';

export const phaseColour = (state: Phase_State): string => colour(phaseColourName(state));

// As the style sheet names it.
export function phaseColourName(state: Phase_State): string {
  switch (state) {
    case Phase_State.AWAKE:
      return 'real';
    case Phase_State.ASLEEP:
      return 'dream';
    case Phase_State.LOOKING:
      return 'looking';
    default:
      return 'idle';
  }
}
