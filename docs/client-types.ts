/** The client's types, from the API's OpenAPI document. */
import openapiTypes, { astToString } from 'openapi-typescript';

const heading =
  '/** What the HTTP API takes and answers. Generated from docs/openapi.json: not to be edited. */\n\n';

/** Nothing that comes over the wire is ours to change, hence readonly; types alone, since nothing extends them. */
export async function clientTypes(document: string): Promise<string> {
  return heading + astToString(await openapiTypes(document, { exportType: true, immutable: true }));
}
