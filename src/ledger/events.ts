/** Events: what was done to lanes, by whom and why. They are only ever added to. */
import { sql, type CompiledQuery, type SelectQueryBuilder } from 'kysely';
import type { Context } from './context.ts';
import { text } from './dialect.ts';
import type { Schema } from './schema.ts';

/** `lane` is '' where it was done to all; `at` in ms since 1970 by the database's clock. */
export interface Event {
  readonly at: number;
  readonly lane: string;
  readonly what: string;
  readonly why: string;
  readonly actor: string;
}

export interface Events {
  /** The latest `most` events, oldest first; of one lane: those of everything among them. */
  events(most: number, lane?: string): Promise<readonly Event[]>;
}

export function eventReading({ database, dialect: { query } }: Context): Events {
  return {
    async events(most, lane) {
      const all = query.selectFrom('events').select(['at', 'lane', 'what', 'why', 'actor']);
      const these = lane === undefined ? all : all.where('lane', 'in', [lane, '']);
      const [rows = []] = await database.read([these.orderBy('seq', 'desc').limit(most).compile()]);
      return (rows as unknown as readonly Event[]).toReversed();
    },
  };
}

/** Statements that write events, to stand in the transaction of what they tell of. */
export function eventWriting(dialect: Context['dialect']) {
  const { query } = dialect;
  return {
    ofAll: (what: string, why: string, actor: string): CompiledQuery =>
      query.insertInto('events').values({ at: dialect.now, lane: '', what, why, actor }).compile(),
    /** One for each of these campaigns, in its lane; `what` gets its name. */
    ofCampaign: (campaigns: Campaigns, what: string, why: string, actor: string): CompiledQuery =>
      query
        .insertInto('events')
        .columns(['at', 'lane', 'actor', 'what', 'why'])
        .expression(
          query
            .selectFrom('campaigns')
            .innerJoin('lanes', 'lanes.id', 'campaigns.lane')
            .select([dialect.now.as('at'), 'lanes.name as lane', text(actor).as('actor')])
            .select(sql<string>`${text(what)} || ' ' || campaigns.name`.as('what'))
            .select(text(why).as('why'))
            .where('campaigns.seq', 'in', campaigns),
        )
        .compile(),
    /** One for each of these keys: its name and what became of it. */
    ofKeys: (keys: Keys, what: string, why: string, actor: string): CompiledQuery =>
      query
        .insertInto('events')
        .columns(['at', 'lane', 'actor', 'what', 'why'])
        .expression(
          query
            .selectFrom('api_keys')
            .select([dialect.now.as('at'), text('').as('lane'), text(actor).as('actor')])
            .select(sql<string>`'key ' || id || ' of ' || name || ' ' || ${text(what)}`.as('what'))
            .select(text(why).as('why'))
            .where('id', 'in', keys),
        )
        .compile(),
    /** One of this request, in its lane, if it is still to be cancelled. */
    ofCancel: (request: Requests, id: string, why: string, actor: string): CompiledQuery =>
      query
        .insertInto('events')
        .columns(['at', 'lane', 'actor', 'what', 'why'])
        .expression(
          query
            .selectFrom('requests')
            .innerJoin('lanes', 'lanes.id', 'requests.lane')
            .select([dialect.now.as('at'), 'lanes.name as lane', text(actor).as('actor')])
            .select([text(`request ${id} cancelled`).as('what'), text(why).as('why')])
            .where('requests.seq', 'in', request),
        )
        .compile(),
    /** One for each of these lanes. */
    ofEach: (lanes: Lanes, what: string, why: string, actor: string): CompiledQuery =>
      query
        .insertInto('events')
        .columns(['at', 'lane', 'what', 'why', 'actor'])
        .expression(
          lanes.select([
            dialect.now.as('at'),
            'name',
            text(what).as('what'),
            text(why).as('why'),
            text(actor).as('actor'),
          ]),
        )
        .compile(),
  };
}

type Lanes = SelectQueryBuilder<Schema, 'lanes', object>;
type Keys = SelectQueryBuilder<Schema, 'api_keys', { id: string }>;
type Requests = SelectQueryBuilder<Schema, 'requests', { seq: number }>;
type Campaigns = SelectQueryBuilder<Schema, 'campaigns', { seq: number }>;
