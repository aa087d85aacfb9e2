import type { Recording } from './recording';

/**
 * Why a recording rests on a setting of the web server rather than on ProcessMaker: its own pages about sizes.
 * Undefined: it does not.
 */
export function restsOnSetting({ response }: Recording): string | undefined {
  const isPage = response.json === null || response.json === undefined;
  if ([413, 414, 431].includes(response.status) && isPage) return 'A size limit of the web server.';
  return undefined;
}
