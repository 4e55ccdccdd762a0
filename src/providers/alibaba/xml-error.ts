/** Errors in XML, which older gateways answer whatever `accept` says: `<Error><Code/><Message/>…</Error>`. */
import { XMLParser } from 'fast-xml-parser';
import { isObject, type Json } from '../answer.ts';
import type { Reply } from '../operation.ts';

/** The fields of an XML error, undefined where the reply is not one. Values stay texts. */
export function xmlError(reply: Reply): Json | undefined {
  if (!/^(?:text|application)\/xml\b/i.test(reply.headers['content-type'] ?? '')) return undefined;
  try {
    const parsed: unknown = new XMLParser({ parseTagValue: false }).parse(reply.body);
    const error = isObject(parsed) ? parsed['Error'] : undefined;
    return isObject(error) ? error : undefined;
  } catch {
    return undefined;
  }
}
