/** `/v1/lanes`, `/v1/halt`, `/v1/unhalt`: setting a state twice sets it once, so all of these are sent again. */
import { askJson, path, type CallOptions, type Connection } from './exchange.ts';
import type { Answer, Body } from './shapes.ts';

export interface Lanes {
  list(options?: CallOptions): Promise<Answer<'getLanes'>>;
  /** Nothing more is sent in it; what is accepted waits. */
  pause(
    account: string,
    operation: string,
    body?: Body<'pauseLane'>,
    options?: CallOptions,
  ): Promise<Answer<'pauseLane'>>;
  resume(
    account: string,
    operation: string,
    body?: Body<'resumeLane'>,
    options?: CallOptions,
  ): Promise<Answer<'resumeLane'>>;
  /** Stops everything, in every process, at its next call. */
  halt(body: Body<'halt'>, options?: CallOptions): Promise<Answer<'halt'>>;
  /** Ends the halt of one lane, or of everything. */
  unhalt(body?: Body<'unhalt'>, options?: CallOptions): Promise<Answer<'unhalt'>>;
}

export function lanes(connection: Connection): Lanes {
  const post = <Told>(place: string, json: unknown, options?: CallOptions): Promise<Told> =>
    askJson(connection, { ...options, method: 'POST', path: place, json, repeatable: true });
  return {
    list: (options) =>
      askJson(connection, { ...options, method: 'GET', path: '/v1/lanes', repeatable: true }),
    pause: (account, operation, body, options) =>
      post(path`/v1/lanes/${account}/${operation}/pause`, body, options),
    resume: (account, operation, body, options) =>
      post(path`/v1/lanes/${account}/${operation}/resume`, body, options),
    halt: (body, options) => post('/v1/halt', body, options),
    unhalt: (body, options) => post('/v1/unhalt', body, options),
  };
}
