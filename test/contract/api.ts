/** What a call of the suite's own gives; the body is undefined when it is no JSON. */
export interface Called {
  status: number;
  body: unknown;
  /** A page of a list, if the body is one. */
  rows: Record<string, unknown>[];
}

/** A call of the suite's own, to see what is there and to make what the checks need. */
export async function callApi(
  { url, token }: { url: string; token: string },
  method: string,
  path: string,
  data?: unknown,
): Promise<Called> {
  const response = await fetch(`${url}/api/1.0${path}`, {
    method,
    headers: {
      Authorization: `Bearer ${token}`,
      Accept: 'application/json',
      'Content-Type': 'application/json',
    },
    ...(data === undefined ? {} : { body: JSON.stringify(data) }),
  });
  const text = await response.text();
  const body = parsed(text);
  const list = typeof body === 'object' && body !== null && 'data' in body ? body.data : undefined;
  return {
    status: response.status,
    body,
    rows: Array.isArray(list) ? (list as Record<string, unknown>[]) : [],
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The id in a body. */
export function idIn(body: unknown): number | undefined {
  const id = typeof body === 'object' && body !== null && 'id' in body ? body.id : undefined;
  return typeof id === 'number' ? id : undefined;
}
