/** What goes to the API and comes back, as its OpenAPI document says (`openapi.ts` is generated from it). */
import type { operations } from './openapi.ts';

type Operation = keyof operations;

type Content<Of> = Of extends { content: { 'application/json': infer Json } } ? Json : never;

/** The JSON of the answer that is no problem. */
export type Answer<Name extends Operation> = operations[Name]['responses'] extends infer Responses
  ? Content<Responses[Extract<keyof Responses, 200 | 201 | 202>]>
  : never;

/** The JSON of the body. */
export type Body<Name extends Operation> = operations[Name] extends { requestBody?: infer Sent }
  ? Content<Exclude<Sent, undefined>>
  : never;

/** What stands behind the path's `?`. */
export type Query<Name extends Operation> = Exclude<operations[Name]['parameters']['query'], undefined>;

/** What `deletions.create` sends. */
export type Deletion = Body<'createDeletion'>;
export type AcceptedDeletion = Answer<'createDeletion'>;
/** A target as it stands on record. */
export type Target = Answer<'getTarget'>['targets'][number];
/** A request without its targets, which come in pages. */
export type DeletionSummary = Omit<Answer<'getDeletion'>, 'targets' | 'next'>;
