import { stripMarkup } from '../data/sanitise';
import { ApiError, serverError } from '../http/errors';
import type { Query } from '../http/query';
import type { RawBody } from '../routes/route';
import { ownName } from './name';
import type { Upload } from './store';

const MEGABYTE = 1024 * 1024;

/** Reads the multipart body of an upload; one without a `file` breaks the real server: 500. */
export async function readUpload(raw: RawBody, query: Query, limitBytes: number): Promise<Upload> {
  const form = await formOf(raw);
  const file = form?.getAll('file').at(-1);
  if (form === undefined || !(file instanceof Blob) || file.name === '') throw serverError();
  if (file.size > limitBytes) {
    const message = `The file is too large. Maximum allowed size is ${Math.floor(limitBytes / MEGABYTE)}M`;
    throw new ApiError(422, { message });
  }
  const content = Buffer.from(await file.arrayBuffer());
  // The real server refuses it without a word.
  if (isPdfWithScript(file.name, content)) throw new ApiError(500, { errors: { message: '' } });
  const named = form.get('data_name');
  const dataName =
    typeof named === 'string' ? named : query.has('data_name') ? query.text('data_name') : file.name;
  if (dataName === '') throw new ApiError(500, { errors: { message: 'data_name is required' } });
  return { name: ownName(file.name), dataName: stripMarkup(dataName), content };
}

function isPdfWithScript(name: string, content: Buffer): boolean {
  return name.endsWith('.pdf') && content.includes('/JavaScript');
}

async function formOf({ bytes, contentType }: RawBody): Promise<FormData | undefined> {
  try {
    return await new Response(new Uint8Array(bytes), { headers: { 'content-type': contentType } }).formData();
  } catch {
    return undefined;
  }
}
