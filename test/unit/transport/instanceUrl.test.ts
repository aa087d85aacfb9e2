import fc from 'fast-check';

import { normalizeInstanceUrl } from '../../../nodes/ProcessMaker/transport/credential';

describe('normalizeInstanceUrl', () => {
  test.each([
    ['https://acme.processmaker.net', 'https://acme.processmaker.net'],
    ['  https://acme.processmaker.net/ \n', 'https://acme.processmaker.net'],
    ['acme.processmaker.net', 'https://acme.processmaker.net'],
    ['acme.processmaker.net:8443///', 'https://acme.processmaker.net:8443'],
    ['localhost:8080', 'https://localhost:8080'],
    ['http://127.0.0.1:8800', 'http://127.0.0.1:8800'],
    ['HTTPS://ACME.ProcessMaker.net/Requests', 'https://acme.processmaker.net'],
    ['https://acme.net/requests/12', 'https://acme.net'],
    ['https://acme.net/api/1.0/process_events/12?event=node_1', 'https://acme.net'],
    ['https://acme.net/modeler/12#node_1', 'https://acme.net'],
    ['https://acme.net/process-browser/3', 'https://acme.net'],
    ['https://acme.net/tasks', 'https://acme.net'],
    ['https://acme.net/admin/users', 'https://acme.net'],
    ['https://acme.net/login?redirect=/requests', 'https://acme.net'],
    ['https://acme.net/pm/cases/42', 'https://acme.net/pm'],
    ['https://acme.net/bpm/pm4/', 'https://acme.net/bpm/pm4'],
    ['https://acme.net/pm/index.php', 'https://acme.net/pm'],
    ['https://[::1]:8080/requests', 'https://[::1]:8080'],
  ])('normalizes %j to the instance URL %s', (text, expected) => {
    expect(normalizeInstanceUrl(text)).toBe(expected);
  });

  test.each([
    '',
    '   ',
    'https://',
    'ftp://acme.net',
    'javascript:alert(1)',
    'my instance',
    'https://user:pw@acme.net',
  ])('does not accept %j as an instance URL', (text) => {
    expect(normalizeInstanceUrl(text)).toBeUndefined();
  });

  const host = fc.domain();
  const base = fc.array(fc.constantFrom('pm', 'bpm4', 'intern', 'x_1'), { maxLength: 3 });
  const page = fc.constantFrom(
    '',
    '/requests',
    '/requests/12',
    '/api/1.0/requests?x=1',
    '/modeler/5',
    '/tasks/9/edit',
    '/login',
  );

  test('normalizes any page of an instance to the same URL, and keeps a normalized URL as it is', () => {
    fc.assert(
      fc.property(host, base, page, fc.nat(3), (domain, path, suffix, slashes) => {
        const instance = [`https://${domain}`, ...path].join('/');
        const normalized = normalizeInstanceUrl(` ${instance}${suffix}${'/'.repeat(slashes)} `);
        expect(normalized).toBe(normalizeInstanceUrl(instance));
        expect(normalizeInstanceUrl(normalized ?? '')).toBe(normalized);
        expect(normalized).not.toMatch(/\/$/);
      }),
    );
  });

  test('returns an http or https URL or nothing for any text, and never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl(), fc.string({ unit: 'binary' })), (text) => {
        const normalized = normalizeInstanceUrl(text);
        if (normalized !== undefined) expect(normalized).toMatch(/^https?:\/\/[^/]+/);
      }),
    );
  });
});
