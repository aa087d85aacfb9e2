import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Json } from '../../processmaker';

/** The addresses of the servers that were recorded. */
const RECORDED_URLS = ['https://processmaker.example', 'http://127.0.0.1:8088'];

/** One call to a real server and its response. */
export interface Recording {
  name: string;
  context: { server: string; token: string; maintenance: boolean; note?: string };
  request: { method: string; path: string; headers: Record<string, string>; body: string | null };
  response: { status: number; headers: [string, string][]; json?: Json; text?: string };
}

/** The recording as if the server had another address: some responses tell it. */
export function addressedTo(recording: Recording, url: string): Recording {
  const text = JSON.stringify(recording.response.json ?? null);
  const json = JSON.parse(RECORDED_URLS.reduce((all, one) => all.replaceAll(one, url), text)) as Json;
  return { ...recording, response: { ...recording.response, json } };
}

/** Reads a folder of recordings. A file without a call (notes about a flow) is left out. */
export async function readRecordings(folder: string): Promise<Recording[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
  const recordings = await Promise.all(
    names.map(async (name) => {
      const content = JSON.parse(await readFile(join(folder, name), 'utf8')) as Partial<Recording>;
      const { context, request, response } = content;
      return context && request && response ? [{ name, context, request, response }] : [];
    }),
  );
  return recordings.flat();
}
