import { type AnsweredCall, classifyResponse } from '../../../nodes/ProcessMaker/transport/classifyResponse';
import { isGood } from '../../../nodes/ProcessMaker/transport/response';

const URL_OF_CALL = 'https://acme.net/pm/api/1.0/process_events/2';

function classify(
  statusCode: number,
  body: unknown,
  headers: Record<string, unknown> = {},
  expects?: AnsweredCall['expects'],
  isPretty = false,
) {
  const text = typeof body === 'string' ? body : JSON.stringify(body, null, isPretty ? 4 : undefined);
  const response = { statusCode, body, headers, text };
  return isGood(response, expects) ? undefined : classifyResponse(response, { url: URL_OF_CALL, expects });
}

describe('classifyResponse', () => {
  test.each([
    ['a created Request', 201, { id: 1 }],
    ['a list', 200, []],
  ])('classifies %s as a success', (_name, status, body) => {
    expect(classify(status, body)).toBeUndefined();
  });

  test.each([
    [400, { message: 'Your PMQL contains invalid syntax.' }, 'badRequest', 'notProcessed'],
    [400, '<html>', 'unexpectedResponse', 'unknown'],
    [401, { error: 'Unauthenticated.' }, 'unauthorized', 'notProcessed'],
    [403, { message: 'This action is unauthorized.' }, 'forbidden', 'notProcessed'],
    [404, { error: 'Not found' }, 'notFound', 'notProcessed'],
    [404, '<html>nginx</html>', 'unexpectedResponse', 'notProcessed'],
    [405, { message: 'The POST method is not supported' }, 'methodNotAllowed', 'notProcessed'],
    [413, { message: 'The POST data is too large.' }, 'tooLarge', 'notProcessed'],
    [413, '<html>', 'tooLarge', 'notProcessed'],
    [414, '<html>', 'tooLarge', 'notProcessed'],
    [422, { message: 'invalid', errors: { data: ['is required.'] } }, 'invalid', 'notProcessed'],
    [429, { message: 'Too Many Attempts.' }, 'tooManyRequests', 'notProcessed'],
    // ProcessMaker's own is written over three lines.
    [503, { message: 'Service Unavailable' }, 'gateway', 'unknown'],
    [503, '<html>', 'gateway', 'unknown'],
    [503, { message: 'no healthy upstream', code: 14 }, 'gateway', 'unknown'],
    [500, { message: 'Server Error' }, 'serverError', 'unknown'],
    // Laravel's form for debugging.
    [500, { message: 'x', exception: 'Error', file: 'a.php', line: 1, trace: [] }, 'serverError', 'unknown'],
    [500, { message: 'x', exception: 'Error' }, 'gateway', 'unknown'],
    [500, { message: 'An unexpected error occurred' }, 'gateway', 'unknown'],
    [500, { message: 'Server Error', requestId: 'a1' }, 'gateway', 'unknown'],
    [500, { message: 'server error' }, 'gateway', 'unknown'],
    [500, { errors: { message: '' } }, 'gateway', 'unknown'],
    [500, ['Server Error'], 'gateway', 'unknown'],
    [500, '<html>', 'gateway', 'unknown'],
    [502, '<html>', 'gateway', 'unknown'],
    [504, { message: 'Endpoint request timed out' }, 'gateway', 'unknown'],
    [200, '<html>Sign in</html>', 'unexpectedResponse', 'unknown'],
    [204, '', 'unexpectedResponse', 'unknown'],
    [409, { message: '?' }, 'unexpectedResponse', 'unknown'],
    [302, '', 'redirect', 'notProcessed'],
  ])('classifies a response %i with %j as %s, %s', (status, body, kind, delivery) => {
    expect(classify(status, body)).toMatchObject({ kind, delivery, httpStatus: status });
  });

  test('classifies a response by its status, headers and form, whatever its text says', () => {
    const body = { message: 'Wartungsarbeiten "heute"' };
    expect(classify(503, body, { 'retry-after': '60' }, undefined, true)).toMatchObject({
      kind: 'maintenance',
      delivery: 'notProcessed',
      retry: { afterSeconds: 60 },
    });
    expect(classify(503, body, { 'retry-after': '60' })).toMatchObject({
      kind: 'gateway',
      delivery: 'unknown',
    });
    expect(classify(403, { message: 'Unauthenticated.' })).toMatchObject({ kind: 'forbidden' });
  });

  test('names the invalid fields of a 422 response', () => {
    const details = classify(422, {
      message: 'x',
      errors: { amount: ['must be a number.'], due: ['is required.'] },
    });
    expect(details?.description).toBe('amount: must be a number.; due: is required.');
  });

  test.each([
    [204, '', 'found', 'notFound'],
    [200, '', 'found', 'unexpectedResponse'],
    [204, '', 'nothing', undefined],
    [200, '', 'nothing', undefined],
    [200, '<html></html>', 'nothing', 'unexpectedResponse'],
    [404, { message: '' }, 'nothing', 'notFound'],
  ] as const)(
    'classifies a response %s with %j, where %s is expected, as %s',
    (statusCode, body, expected, kind) => {
      expect(classify(statusCode, body, {}, expected)?.kind).toBe(kind);
    },
  );

  test('says how long the server asks to wait', () => {
    expect(classify(429, {}, { 'retry-after': '17' })?.description).toContain('17 seconds');
  });

  test.each([
    ['https://new.acme.net/pm/api/1.0/process_events/2?event=node_1', 'https://new.acme.net/pm'],
    ['http://acme.net/pm/api/1.0/process_events/2', 'http://acme.net/pm'],
    ['/other/login', 'https://acme.net/other'],
  ])('describes a redirect to %s with the instance URL %s', (location, target) => {
    const details = classify(301, '', { location });
    expect(details?.message).toContain(target);
    expect(details?.description).toContain(`use this address as 'Instance URL': ${target}`);
  });

  test.each([undefined, '/pm/login', 'https://[broken'])(
    'suggests no instance URL for a redirect to %s',
    (location) => {
      const details = classify(302, '', { location });
      expect(details?.kind).toBe('redirect');
      expect(details?.description).not.toContain('use this address');
    },
  );
});
