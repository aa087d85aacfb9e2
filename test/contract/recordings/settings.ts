import type { Recording } from './recording';

/**
 * Why a recording rests on a setting of the recorded server rather than on ProcessMaker; undefined: it does not.
 * A note in the context of a server error says so, and the web server's own pages about sizes do.
 */
export function restsOnSetting({ context, response }: Recording): string | undefined {
  if (context.note !== undefined && response.status >= 500) return context.note;
  const isPage = response.json === null || response.json === undefined;
  if ([413, 414, 431].includes(response.status) && isPage) return 'A size limit of the web server.';
  return undefined;
}
