/** The API in its own words: OpenAPI 3.1, from the schemas that the routes are held to. */
import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';

export const openApi = (version: string): FastifyDynamicSwaggerOptions => ({
  openapi: {
    openapi: '3.1.0',
    info: {
      title: 'Expunge',
      version,
      description:
        'Bulk deletion of cloud media: safe, accounted for, and at exactly the provider’s speed. Deletions are irreversible. ' +
        'What is answered with 202 is on record and will be deleted, whatever dies in between. ' +
        'Errors are RFC 9457 problems, with a JSON Pointer to each bad field; nothing of a refused body is done.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    tags: [
      { name: 'Deletions', description: 'Up to 1,000 ids at once' },
      { name: 'Campaigns', description: 'Bulk purges: plan, approve, run, stop, report' },
      { name: 'Lanes', description: 'Accounts × operations: state and control' },
      { name: 'Targets', description: 'What became of an id' },
      { name: 'Public', description: 'Without a key' },
    ],
    components: {
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'An API key: expunge keys create' },
      },
    },
    security: [{ key: [] }],
  },
  transform: jsonSchemaTransform,
  transformObject: (document) => tidied(jsonSchemaTransformObject(document)),
});

type Document = ReturnType<typeof jsonSchemaTransformObject>;

interface Described {
  readonly requestBody?: {
    required: boolean;
    readonly content: Readonly<
      Record<string, { readonly schema: { readonly properties?: object; readonly required?: object } }>
    >;
  };
}

/**
 * The transformer writes each named schema twice, as it is sent and as it is answered: what nothing refers to is left
 * out, and what is only sent loses its suffix.
 */
function tidied(document: Document): Document {
  const components = ('components' in document && document.components) || {};
  const schemas: Readonly<Record<string, unknown>> = components.schemas ?? {};
  const kept = new Set<string>();
  const follow = (part: unknown): void => {
    for (const [, name = ''] of JSON.stringify(part).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      if (kept.has(name)) continue;
      kept.add(name);
      follow(schemas[name]);
    }
  };
  follow({ ...document, components: undefined });
  const entries = Object.entries(schemas).filter(([name]) => kept.has(name));
  const used = { ...document, components: { ...components, schemas: Object.fromEntries(entries) } };
  for (const path of Object.values(used.paths ?? {}))
    for (const { requestBody } of Object.values(path as Readonly<Record<string, Described>>))
      // All bodies are said to be required; one of which nothing is required may be left out.
      if (requestBody?.content['application/json']?.schema.properties)
        requestBody.required = requestBody.content['application/json'].schema.required !== undefined;
  const renamed = JSON.stringify(used).replaceAll(
    /"(#\/components\/schemas\/)?(\w+)Input"/g,
    (text, path = '', name) =>
      kept.has(`${String(name)}Input`) && !kept.has(String(name)) ? `"${String(path)}${String(name)}"` : text,
  );
  return JSON.parse(renamed) as Document;
}
