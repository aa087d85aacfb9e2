import { randomUUID } from 'node:crypto';

/** A file that is sent. */
export interface FileContent {
  content: Buffer;
  /** See `toFileName`. */
  fileName: string;
  mimeType: string;
}

/** A form as it is sent. In one Buffer, since n8n sends no other form again after it has renewed an OAuth2 token. */
export interface Form {
  content: Buffer;
  contentType: string;
}

/** Makes a form (multipart/form-data) of text fields, and of one file in its field `file`. */
export function encodeForm(fields: Record<string, string>, file: FileContent): Form {
  const boundary = `n8n-${randomUUID()}`;
  const texts = Object.entries(fields).map(
    ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const head = [
    ...texts,
    `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${file.fileName}"\r\n`,
    `Content-Type: ${mimeTypeOf(file)}\r\n\r\n`,
  ].join('');
  return {
    content: Buffer.concat([Buffer.from(head), file.content, Buffer.from(`\r\n--${boundary}--\r\n`)]),
    contentType: `multipart/form-data; boundary=${boundary}`,
  };
}

function mimeTypeOf({ mimeType }: FileContent): string {
  return /^[\w.+-]+\/[\w.+-]+$/.test(mimeType) ? mimeType : 'application/octet-stream';
}

/**
 * A name that means the same file to every reader of forms: quotes, slashes and line breaks, which servers read in
 * different ways, become dashes.
 */
export function toFileName(name: string): string {
  return name
    .toWellFormed()
    .replace(/["/\\\p{Cc}]/gu, '-')
    .trim();
}
