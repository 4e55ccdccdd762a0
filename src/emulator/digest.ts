import { createHash, createHmac } from 'node:crypto';

const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** Lower-case hexadecimal. */
export const sha256 = (data: Buffer | string): string =>
  data.length === 0 ? empty : createHash('sha256').update(data).digest('hex');

/** Lower-case hexadecimal. */
export const hmacSha256 = (key: string, text: string): string =>
  createHmac('sha256', key).update(text).digest('hex');

export const hmacSha1Base64 = (key: string, text: string): string =>
  createHmac('sha1', key).update(text).digest('base64');
