// Day is amber and night is indigo, in the ribbon and in the history.
import { Phase_State } from '../../generated/proto/telemetry_pb';
import { colour } from './colours';

export function phaseColour(state: Phase_State): string {
  switch (state) {
    case Phase_State.AWAKE:
      return colour('real');
    case Phase_State.ASLEEP:
      return colour('dream');
    case Phase_State.LOOKING:
      return colour('looking');
    default:
      return colour('idle');
  }
}
