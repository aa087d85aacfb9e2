const SIGNATURES: { bytes: string; type: string }[] = [
  { bytes: '%PDF-', type: 'application/pdf' },
  { bytes: '\x89PNG', type: 'image/png' },
  { bytes: '\xff\xd8\xff', type: 'image/jpeg' },
  { bytes: 'GIF8', type: 'image/gif' },
  { bytes: 'PK\x03\x04', type: 'application/zip' },
];

/** The type of a file by its content alone, as the server finds it: a CSV file is plain text. */
export function mimeTypeOf(content: Buffer): string {
  if (content.length === 0) return 'application/x-empty';
  const start = content.subarray(0, 512).toString('latin1');
  const known = SIGNATURES.find(({ bytes }) => start.startsWith(bytes));
  if (known !== undefined) return known.type;
  if (/^\s*<(!doctype html|html)/i.test(start)) return 'text/html';
  return isText(content) ? 'text/plain' : 'application/octet-stream';
}

function isText(content: Buffer): boolean {
  return !content.includes(0) && Buffer.from(content.toString('utf8')).equals(content);
}
