// What the daemon, or the way to it, has to say when something is not done.
import { type Error as ErrorMessage, Error_Code } from '../../generated/proto/control_pb';

export class DaemonError extends Error {
  constructor(
    readonly code: Error_Code,
    readonly reason: string,
    message: string,
  ) {
    super(message);
    this.name = 'DaemonError';
  }

  static of(error: ErrorMessage): DaemonError {
    return new DaemonError(error.code, error.reason, error.message);
  }

  // The daemon is older than this page, or was built or configured without it.
  get isUnimplemented(): boolean {
    return this.code === Error_Code.UNIMPLEMENTED;
  }

  // Another token may help; trying again with the same one will not.
  get needsToken(): boolean {
    return this.code === Error_Code.UNAUTHENTICATED || this.code === Error_Code.PERMISSION_DENIED;
  }
}

export const connectionLost = (): DaemonError =>
  new DaemonError(
    Error_Code.UNAVAILABLE,
    'CONNECTION_LOST',
    'The connection to the daemon was lost.',
  );

export function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
