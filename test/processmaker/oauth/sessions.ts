import { randomBytes } from 'node:crypto';

const COOKIE = 'processmaker_session';

/** A person's browser. */
export interface Session {
  id: string;
  userId?: number;
  /** Where the person wanted to go before the sign-in. */
  intended?: string;
  /** What the form on which a client is let in must bring back. */
  approval?: { token: string; clientId: string; redirectUri: string; state: string };
}

/** The browsers that have been here. */
export class Sessions {
  private readonly sessions = new Map<string, Session>();

  /** The session of a call's cookies; a new one when there is none. */
  of(cookies: string | undefined): Session {
    const id = new RegExp(`${COOKIE}=([0-9a-f]+)`).exec(cookies ?? '')?.[1];
    const known = id === undefined ? undefined : this.sessions.get(id);
    if (known !== undefined) return known;
    const session = { id: randomBytes(20).toString('hex') };
    this.sessions.set(session.id, session);
    return session;
  }

  /** The cookie of a session. */
  static cookie({ id }: Session): string {
    return `${COOKIE}=${id}; Path=/; HttpOnly; SameSite=Lax`;
  }
}
