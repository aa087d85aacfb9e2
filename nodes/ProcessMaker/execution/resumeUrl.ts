import type { IExecuteFunctions } from 'n8n-workflow';

import { asText } from '../guards';
import type { Connection } from '../transport/connection';

/** n8n's URL that wakes an execution which sleeps, and the secret in it. */
export interface ResumeUrl {
  url: URL;
  /** The same in every repeat of an execution, different in every other; empty where n8n gives none. */
  signature: string;
}

/** @returns undefined where n8n has no address at which it could be called */
export function readResumeUrl(context: IExecuteFunctions): ResumeUrl | undefined {
  try {
    const url = new URL(asText(context.evaluateExpression('{{ $execution.resumeUrl }}', 0)));
    return { url, signature: url.searchParams.get('signature') ?? '' };
  } catch {
    return undefined;
  }
}

/** The same connection, whose errors do not show the secret of the execution's URL either. */
export function hidingResumeUrl(context: IExecuteFunctions, connection: Connection): Connection {
  const signature = readResumeUrl(context)?.signature;
  if (!signature) return connection;
  return { ...connection, scrub: (text) => connection.scrub(text).replaceAll(signature, '***') };
}
