import { CLIENT_GONE, ServeError } from '../http/serve-error';

/** Who has a fill made, and whether it is still wanted. */
export interface Caller {
  /** Turns are fair between users. */
  readonly user: string;
  /** Aborted, with a `ServeError` as the reason, when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/** Of whose requests only the newest counts: an editor that has gone on typing. */
export class Sessions {
  readonly #current = new Map<string, AbortController>();

  /**
   * A caller's controller; it ends the request under way in the same session. Requests that name no session supersede
   * nothing, whatever token they came with: a team shares one.
   *
   * @returns the controller, and what says that the request has ended
   */
  begin(session: string | undefined): { readonly controller: AbortController; readonly end: () => void } {
    const controller = new AbortController();
    if (session === undefined) return { controller, end: () => undefined };
    this.#current.get(session)?.abort(superseded());
    this.#current.set(session, controller);
    return {
      controller,
      end: () => {
        if (this.#current.get(session) === controller) this.#current.delete(session);
      },
    };
  }
}

export function clientGone(): ServeError {
  return new ServeError(CLIENT_GONE, 'The client has closed the connection.', { code: 'cancelled' });
}

function superseded(): ServeError {
  return new ServeError(409, 'A newer request of the same session has taken the place of this one.', {
    code: 'superseded',
  });
}
