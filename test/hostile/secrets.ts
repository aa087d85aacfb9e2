/** What a gateway asks for in an extra header: with characters that addresses write in another way. */
export const HEADER_SECRET = 'gateway+secret/5150=é key';

/** The secrets that a text holds, as they are or percent-encoded. */
export function secretsIn(text: string, secrets: readonly string[]): string[] {
  const decoded = text.replace(/(?:%[\da-f]{2})+/gi, (encoded) => {
    try {
      return decodeURIComponent(encoded);
    } catch {
      return encoded;
    }
  });
  const asBytes = (secret: string) => Buffer.from(secret).toString('latin1');
  return secrets.filter((secret) =>
    [secret, asBytes(secret)].some((form) => text.includes(form) || decoded.includes(form)),
  );
}

/** A text with every byte percent-encoded. */
export const fullyEncoded = (text: string) =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
