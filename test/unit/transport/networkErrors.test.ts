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
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'certificate', 'notProcessed'],
    ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'certificate', 'notProcessed'],
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'certificate', 'notProcessed'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'certificate', 'notProcessed'],
    ['ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC', 'connectionLost', 'unknown'],
    ['ERR_SSL_UNEXPECTED_EOF_WHILE_READING', 'connectionLost', 'unknown'],
    ['EPROTO', 'connectionLost', 'unknown'],
    ['ECONNABORTED', 'timeout', 'unknown'],
    ['ETIMEDOUT', 'timeout', 'unknown'],
    ['ECONNRESET', 'connectionLost', 'unknown'],
    ['EPIPE', 'connectionLost', 'unknown'],
    ['ERR_BAD_RESPONSE', 'connectionLost', 'unknown'],
    ['ERR_CANCELED', 'canceled', 'unknown'],
  ])('classifies the network error %s as %s, %s', (code, kind, delivery) => {
    expect(networkError(withCode(code), 30)).toMatchObject({ kind, delivery });
  });

  test.each([
    ['wrong version number', 'certificate', 'notProcessed'],
    ['sslv3 alert handshake failure', 'certificate', 'notProcessed'],
    ['decryption failed or bad record mac', 'connectionLost', 'unknown'],
  ])('classifies a failed write to a secure connection by its reason: %s', (reason, kind, delivery) => {
    const message = `write EPROTO 80D8:error:0A00010B:SSL routines:tls_validate_record_header:${reason}:record.c:354:`;
    const inner = Object.assign(new Error(message), { code: 'EPROTO', syscall: 'write' });
    expect(networkError(new Error('wrapped', { cause: inner }), 30)).toMatchObject({ kind, delivery });
  });

  test('classifies any other error as a lost connection with unknown delivery', () => {
    expect(networkError(new Error('?'), 30)).toMatchObject({ kind: 'connectionLost', delivery: 'unknown' });
    expect(networkError('?', 30)).toMatchObject({ delivery: 'unknown' });
  });
});
