import { asPhpValue } from '../data/normalise';
import type { Json, JsonObject } from '../types';

/**
 * The data that the server makes of a body. JSON needs its content type; what is no valid JSON, or has no content
 * type at all, becomes empty data without a word.
 */
export async function readBody(body: Buffer, contentType: string): Promise<JsonObject> {
  if (/[/+]json/i.test(contentType)) return readJson(body.toString('utf8'));
  if (/^(application\/x-www-form-urlencoded|multipart\/form-data)/i.test(contentType)) {
    return readForm(body, contentType);
  }
  return {};
}

function readJson(text: string): JsonObject {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    return {};
  }
  if (value === null) return {};
  const list = typeof value === 'object' ? value : [value];
  return Object.fromEntries(Object.entries(list).map(([key, item]) => [key, asPhpValue(item)]));
}

async function readForm(body: Buffer, contentType: string): Promise<JsonObject> {
  const data: JsonObject = {};
  try {
    const form = await new Response(new Uint8Array(body), {
      headers: { 'content-type': contentType },
    }).formData();
    for (const [name, value] of form.entries()) if (typeof value === 'string') put(data, name, value);
  } catch {
    return {};
  }
  return Object.fromEntries(Object.entries(data).map(([key, item]) => [key, asPhpValue(item)]));
}

/** `a[b][]=1` as PHP reads it. */
function put(data: JsonObject, name: string, value: string): void {
  let target = data;
  let key = name.replace(/\[.*$/, '').replace(/[ .]/g, '_');
  for (const [, inner = ''] of name.matchAll(/\[([^\]]*)\]/g)) {
    const found = target[key];
    const object = typeof found === 'object' && found !== null && !Array.isArray(found) ? found : {};
    target[key] = object;
    target = object;
    key = inner === '' ? String(Object.keys(object).length) : inner;
  }
  target[key] = value;
}
