/** A call as it comes to ProcessMaker. */
export interface Call {
  method: string;
  path: string;
  query: Record<string, string>;
  body: unknown;
  /** The body as it is sent, and what it is. */
  raw?: string | Buffer;
  contentType?: string;
  /** The execution of n8n that sends it, or who else. */
  sender: string;
  /** When it was sent. */
  at: number;
}

/** What a server responds. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string | Buffer;
}

const JSON_TYPE = { 'content-type': 'application/json' };

export const json = (status: number, body: unknown): Answer => ({
  status,
  headers: { ...JSON_TYPE },
  body: JSON.stringify(body),
});

export const NOTHING: Answer = { status: 204, headers: {}, body: '' };
export const NOT_FOUND = json(404, { error: 'Not Found' });
export const FORBIDDEN = json(403, { message: 'This action is unauthorized.' });
export const SERVER_ERROR = json(500, { message: 'Server Error' });

export const refusal = (message: string): Answer => json(422, { message, errors: {} });

/** A page of a list. */
export function listOf(rows: object[], query: Record<string, string>): Answer {
  const size = Number(query.per_page ?? 10);
  const page = Number(query.page ?? 1);
  const shown = rows.slice((page - 1) * size, page * size);
  const pages = Math.ceil(rows.length / size);
  const meta = {
    count: shown.length,
    total_pages: pages,
    current_page: page,
    last_page: Math.max(1, pages),
    per_page: size,
    total: rows.length,
  };
  return json(200, { data: shown, meta });
}
