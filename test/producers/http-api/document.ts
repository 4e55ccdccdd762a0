/** The OpenAPI document as it is committed, and what an answer has of what it promises. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: Schema;
}

/** As much of JSON Schema as the document speaks. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly string[];
}

type Content = Readonly<Record<string, { readonly schema: Schema }>>;

interface Described {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly security?: readonly unknown[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content: Content }>>;
}

export interface Operation extends Described {
  /** In capitals. */
  readonly method: string;
  /** With its parameters in braces. */
  readonly path: string;
}

export interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

export const documentText = readFileSync(join(import.meta.dirname, '../../../docs/openapi.json'), 'utf8');
export const document = JSON.parse(documentText) as Document;

export const operations: readonly Operation[] = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, rest]) => ({ method: method.toUpperCase(), path, ...rest })),
);

/** The operation whose path this is, with its parameters filled in. */
export function operationAt(method: string, path: string): Operation | undefined {
  const steps = (path.split('?')[0] ?? '').split('/');
  const fits = (template: string) => {
    const wanted = template.split('/');
    return (
      wanted.length === steps.length && wanted.every((step, n) => step.startsWith('{') || step === steps[n])
    );
  };
  return operations.find((each) => each.method === method && fits(each.path));
}

const definitions = moved(document.components.schemas);
const readers = new Map<string, z.ZodType>();

/** zod knows definitions by another place than OpenAPI does. */
function moved<T>(part: T): T {
  return JSON.parse(JSON.stringify(part).replaceAll('#/components/schemas/', '#/$defs/')) as T;
}

/** What is wrong with an answer by the document; empty: nothing. */
export function faultsOf(
  { operationId, responses }: Operation,
  status: number,
  contentType: string,
  text: string,
): readonly string[] {
  const type = contentType.split(';')[0] ?? '';
  const promised = responses[status]?.content;
  if (!promised) return [`${operationId} does not promise ${status}`];
  const schema = promised[type]?.schema;
  if (!schema) return [`${operationId} promises no ${type} for ${status}`];
  const name = `${operationId} ${status} ${type}`;
  let reader = readers.get(name);
  if (!reader) {
    reader = z.fromJSONSchema({ ...moved(schema), $defs: definitions } as never);
    readers.set(name, reader);
  }
  let value: unknown = text;
  if (/[/+]json$/.test(type)) {
    try {
      value = JSON.parse(text);
    } catch {
      return [`${name} is not JSON: ${text.slice(0, 200)}`];
    }
  }
  const read = reader.safeParse(value);
  return read.success
    ? []
    : read.error.issues.map(({ path, message }) => `${name} /${path.join('/')}: ${message}`);
}
