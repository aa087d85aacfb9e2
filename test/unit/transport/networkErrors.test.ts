import { networkError } from '../../../nodes/ProcessMaker/transport/networkErrors';

describe('networkError', () => {
  const withCode = (code: string) =>
    new Error('wrapped', { cause: Object.assign(new Error('inner'), { code }) });

  test.each([
    ['ECONNREFUSED', 'unreachable', 'notProcessed'],
    ['ENOTFOUND', 'unreachable', 'notProcessed'],
    ['EAI_AGAIN', 'unreachable', 'notProcessed'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'certificate', 'notProcessed'],
    ['CERT_HAS_EXPIRED', 'certificate', 'notProcessed'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'certificate', 'notProcessed'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'certificate', 'notProcessed'],
    ['EPROTO', 'certificate', 'notProcessed'],
    ['ECONNABORTED', 'timeout', 'unknown'],
    ['ETIMEDOUT', 'timeout', 'unknown'],
    ['ECONNRESET', 'connectionLost', 'unknown'],
    ['EPIPE', 'connectionLost', 'unknown'],
    ['ERR_BAD_RESPONSE', 'connectionLost', 'unknown'],
    ['ERR_CANCELED', 'canceled', 'unknown'],
  ])('classifies the network error %s as %s, %s', (code, kind, delivery) => {
    expect(networkError(withCode(code), 30)).toMatchObject({ kind, delivery });
  });

  test('classifies any other error as a lost connection with unknown delivery', () => {
    expect(networkError(new Error('?'), 30)).toMatchObject({ kind: 'connectionLost', delivery: 'unknown' });
    expect(networkError('?', 30)).toMatchObject({ delivery: 'unknown' });
  });
});
