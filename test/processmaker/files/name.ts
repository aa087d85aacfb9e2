import { ApiError } from '../http/errors';

const PHP_FILE = /\.(php\d?|phtml|phar)$/i;

/** What a file was called before; folders in front of it are gone. */
export const ownName = (name: string): string => name.replace(/^.*[/\\]/s, '');

/** The name under which the server keeps a file; what could run on the server is refused with its 500. */
export function storedName(name: string): string {
  const clean = name.replace(/\p{C}/gu, '').replace(/[#/\\ ]/g, '-');
  if (!PHP_FILE.test(clean)) return clean;
  const message =
    `The file name \`${name}\` was sanitized to \`${clean}\`. ` +
    'This sanitized file name is not allowed because it is a PHP file.';
  throw new ApiError(500, { errors: { message } });
}

const MAX_NAME = 255;

/** The name without its extension, which the database has to hold; what it refuses is told in its own words. */
export function baseName(name: string): string {
  const base = name.replace(/\.[^.]*$/, '');
  if (base.length <= MAX_NAME) return base;
  const message =
    "SQLSTATE[22001]: String data, right truncated: 1406 Data too long for column 'name' at row 1 " +
    `(Connection: processmaker, SQL: insert into \`media\` (\`name\`, \`file_name\`) values (${base}, ${storedName(name)}))`;
  throw new ApiError(500, { errors: { message } });
}

/** The Content-Disposition of a download: a name beyond ASCII is told twice. */
export function disposition(name: string): string {
  const ascii = name.replace(/[^\x20-\x7e]|%/gu, '_');
  const plain = /^[\w.-]+$/.test(ascii) ? ascii : `"${ascii.replace(/["\\]/g, '\\$&')}"`;
  if (ascii === name) return `attachment; filename=${plain}`;
  return `attachment; filename=${plain}; filename*=utf-8''${encodeURIComponent(name)}`;
}
