import { ApiError, serverError } from '../http/errors';
import type { Query } from '../http/query';
import type { RawBody } from '../routes/route';
import { storedName } from './name';
import type { Upload } from './store';

const MEGABYTE = 1024 * 1024;

/** Reads the multipart body of an upload; one without a `file` breaks the real server: 500. */
export async function readUpload(raw: RawBody, query: Query, limitBytes: number): Promise<Upload> {
  const form = await formOf(raw);
  const file = form?.get('file');
  if (form === undefined || !(file instanceof Blob)) throw serverError();
  if (file.size > limitBytes) {
    const message = `The file is too large. Maximum allowed size is ${Math.floor(limitBytes / MEGABYTE)}M`;
    throw new ApiError(422, { message });
  }
  const content = Buffer.from(await file.arrayBuffer());
  // The real server refuses it without a word.
  if (isPdfWithScript(content)) throw new ApiError(500, { errors: { message: '' } });
  const named = form.get('data_name');
  return {
    name: storedName(file.name),
    dataName:
      typeof named === 'string' ? named : query.has('data_name') ? query.text('data_name') : file.name,
    content,
  };
}

function isPdfWithScript(content: Buffer): boolean {
  const text = content.toString('latin1');
  return text.startsWith('%PDF-') && /\/(JavaScript|JS)\b/.test(text);
}

async function formOf({ bytes, contentType }: RawBody): Promise<FormData | undefined> {
  try {
    return await new Response(new Uint8Array(bytes), { headers: { 'content-type': contentType } }).formData();
  } catch {
    return undefined;
  }
}
