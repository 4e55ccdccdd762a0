/**
 * Statements that each call or request needs, built once: to build and compile one takes the query builder longer than
 * it takes the database to run it. What differs from one use to the next is left blank and filled in.
 */
import type { CompiledQuery } from 'kysely';
import { json, Late } from './parameter.ts';

/** What a blank may be filled with; a list is bound as one JSON text. */
type Value = string | number | readonly (string | number | object)[];

type Statements = readonly CompiledQuery[];

/**
 * `build` is called once, at the first use, with a blank for each value. Blanks pass for values of their type, but only
 * as parameters: they can't be looked at, and what is built must not depend on them.
 */
export function prepared<Given extends { readonly [Name in keyof Given]: Value }>(
  build: (blanks: Given) => Statements,
): (given: Given) => Statements {
  let filled: Readonly<Record<string, unknown>> = {};
  let built: Statements | undefined;
  return (given) => {
    const names = Object.keys(given);
    built ??= build(
      Object.fromEntries(names.map((name) => [name, new Late(() => filled[name])])) as unknown as Given,
    );
    const entries = Object.entries<Value>(given).map(([name, value]) => {
      return [name, Array.isArray(value) ? json(value) : value] as const;
    });
    filled = Object.fromEntries(entries);
    return built.map((statement) => ({
      ...statement,
      parameters: statement.parameters.map((each) => (each instanceof Late ? each.value() : each)),
    }));
  };
}
