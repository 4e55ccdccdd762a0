/** `/v1/campaigns` */
import { askJson, askStream, path, type Asked, type CallOptions, type Connection } from './exchange.ts';
import { bodyOf, type List } from './list.ts';
import type { Answer, Body, Query } from './shapes.ts';

export type { List, ListFormat } from './list.ts';

export type Campaign = Answer<'getCampaign'>;
export type Plan = Answer<'planCampaign'>;

type PlanQuery = Query<'planCampaign'>;
type Numeric = 'max' | 'share' | 'checkExists' | 'brakeRefused' | 'brakeAbsent' | 'brakeThrottled';
/** As the query says, with true for `true` and numbers for texts of numbers. */
export type PlanAsked = {
  readonly [Name in keyof PlanQuery]:
    | PlanQuery[Name]
    | ('true' extends PlanQuery[Name] ? boolean : never)
    | (Name extends Numeric ? number : never);
};

export interface Report {
  /** False: the campaign has not ended, and neither has its report. */
  readonly final: boolean;
  /** CSV or NDJSON, as it comes. A report that breaks off ends with an error, never silently. */
  readonly body: ReadableStream<Uint8Array>;
}

export interface Campaigns {
  /** Deletes nothing. A plan of that name that was never run is replaced. */
  plan(asked: PlanAsked, list: List, options?: CallOptions): Promise<Plan>;
  /**
   * Begins to delete what was planned: `plan` is the plan's hash, `confirm` how many targets it has. Not sent again
   * once the server may have heard of it: `get` then tells whether it runs.
   */
  run(name: string, body: Body<'runCampaign'>, options?: CallOptions): Promise<Campaign>;
  /** Vouches for the plan of this hash, as a second person. */
  approve(name: string, body: Body<'approveCampaign'>, options?: CallOptions): Promise<Campaign>;
  pause(name: string, body?: Body<'pauseCampaign'>, options?: CallOptions): Promise<Campaign>;
  resume(name: string, body?: Body<'resumeCampaign'>, options?: CallOptions): Promise<Campaign>;
  cancel(name: string, body?: Body<'cancelCampaign'>, options?: CallOptions): Promise<Campaign>;
  get(name: string, options?: CallOptions): Promise<Campaign>;
  /** The latest first; pages are asked for as the iteration gets there. */
  list(options?: CallOptions & { readonly pageSize?: number }): AsyncIterable<Campaign>;
  /** One row an id. */
  report(name: string, query?: Query<'getCampaignReport'>, options?: CallOptions): Promise<Report>;
}

export function campaigns(connection: Connection): Campaigns {
  const ask = (asked: Asked, options?: CallOptions) =>
    askJson<Campaign>(connection, { ...options, ...asked });
  const step = (name: string, verb: string, json: unknown, options?: CallOptions) =>
    ask({ method: 'POST', path: path`/v1/campaigns/${name}/${verb}`, json, repeatable: true }, options);
  const page = (query: Query<'getCampaigns'>, options?: CallOptions) =>
    askJson<Answer<'getCampaigns'>>(connection, {
      ...options,
      ...{ method: 'GET', path: '/v1/campaigns', query, repeatable: true },
    });
  return {
    plan: (asked, list, options) =>
      askJson(connection, {
        ...options,
        ...{ method: 'POST', path: '/v1/campaigns', query: asked, repeatable: true, patient: true },
        ...bodyOf(list),
      }),
    run: (name, json, options) =>
      // The plan is read once more before it runs, which takes as long as it is.
      ask(
        { method: 'POST', path: path`/v1/campaigns/${name}/run`, json, repeatable: false, patient: true },
        options,
      ),
    approve: (name, body, options) => step(name, 'approve', body, options),
    pause: (name, body, options) => step(name, 'pause', body, options),
    resume: (name, body, options) => step(name, 'resume', body, options),
    cancel: (name, body, options) => step(name, 'cancel', body, options),
    get: (name, options) =>
      ask({ method: 'GET', path: path`/v1/campaigns/${name}`, repeatable: true }, options),
    async *list({ pageSize: limit = 100, ...options } = {}) {
      let cursor: string | null | undefined;
      while (cursor !== null) {
        const found: Answer<'getCampaigns'> = await page(
          { limit: String(limit), ...(cursor !== undefined && { cursor }) },
          options,
        );
        yield* found.campaigns;
        cursor = found.next;
      }
    },
    async report(name, query, options) {
      const response = await askStream(connection, {
        ...options,
        ...{ method: 'GET', path: path`/v1/campaigns/${name}/report`, repeatable: true },
        ...(query && { query }),
      });
      return {
        final: response.headers.get('expunge-final') === 'true',
        body: response.body ?? new ReadableStream(),
      };
    },
  };
}
