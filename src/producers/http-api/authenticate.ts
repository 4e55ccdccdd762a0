/**
 * Who asks, and whether that person may do this: denied unless a route says what it takes. Without any keys whoever
 * can reach a loopback port is the machine's own user, but for pages in a browser, which reach it too.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isLoopback } from '../../config/endpoint.ts';
import { personWith, unprovenPerson, type KnownKey, type Person } from '../person.ts';
import type { Scope } from '../scopes.ts';
import type { Api } from './api.ts';
import { ledgerInTime } from './in-time.ts';
import { Refusal } from '../problem.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Undefined where nobody proved to be anybody. */
    person: Person | undefined;
  }
  interface FastifyContextConfig {
    /** What a person needs to use the route at all, for some account; of several any one. `public`: nothing. */
    readonly scope?: Scope | readonly Scope[] | 'public';
  }
}

/** A key that was created or revoked is known so soon. */
const rememberMs = 1_000;

const anonymous = unprovenPerson('anonymous@loopback');

export function authenticate(app: FastifyInstance, api: Api): void {
  const { config, lanes } = api;
  const keys = knownKeys(api);
  const open = isLoopback(config.api.host);

  app.decorateRequest('person', undefined);
  app.addHook('onRoute', ({ config: { scope } = {}, url }) => {
    if (scope === undefined) throw new Error(`the route ${url} does not say who may use it`);
  });
  app.addHook('onRequest', async (request) => {
    if (scopeOf(request) === 'public') return;
    const { all, none } = await keys();
    const key = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (key !== undefined) request.person = personWith(key, all);
    else if (none && open) {
      mustBeAProgramHere(request);
      request.person = anonymous;
    }
  });
  // After the rate limit, which guessing keys spends too, and before the body is read.
  app.addHook('preParsing', async (request) => {
    const scope = scopeOf(request);
    if (scope === 'public') return;
    const { person } = request;
    if (!person)
      throw new Refusal(
        'unauthenticated',
        'Send an API key that is known and has not expired: Authorization: Bearer expunge_… (expunge keys create makes one).',
      );
    const anywhere = (each: Scope) =>
      lanes.some(({ account, operation }) => person.may(each, account.name, operation.name)) ||
      person.may(each, '*');
    if (![scope].flat().some(anywhere)) throw missing(person, [scope].flat().join(' or '));
  });
}

const scopeOf = ({ routeOptions }: FastifyRequest) => routeOptions.config.scope ?? 'public';

/** The person, who may do this to that account and operation; `*` is all of them. */
export function allowed(request: FastifyRequest, scope: Scope, account: string, operation?: string): Person {
  const { person } = request;
  if (person?.may(scope, account, operation)) return person;
  throw missing(person, scope, account, operation);
}

const missing = (
  person: Person | undefined,
  scope: string,
  account?: string,
  operation?: string,
): Refusal => {
  const named = account === undefined ? scope : [scope, account, operation].filter(Boolean).join(':');
  return new Refusal('forbidden', `${person?.name ?? 'Nobody'} would need the scope ${named}.`);
};

/** What a proxy adds: whoever asks it is somebody else, perhaps on another machine. */
const forwarded = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'] as const;

/**
 * A page may send requests to loopback, and may reach it by a name of its own that leads there (DNS rebinding). Its
 * browser says `Origin` where something may change, and `Sec-Fetch-Site` with whatever is read (Fetch Metadata).
 */
function mustBeAProgramHere({ headers }: FastifyRequest): void {
  const name = (headers.host ?? '').replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  const site = headers['sec-fetch-site'] ?? 'none';
  const ofPage = headers.origin !== undefined || !isLoopback(name) || !['none', 'same-origin'].includes(site);
  if (!ofPage && forwarded.every((header) => headers[header] === undefined)) return;
  throw new Refusal(
    'forbidden',
    'Without API keys this server answers programs of this machine only, not pages of a browser or proxies. Create a key: expunge keys create.',
  );
}

interface Known {
  readonly all: readonly KnownKey[];
  /** Nobody ever made one: the last one's end opens no door. */
  readonly none: boolean;
}

/** The file's keys and the ledger's, read again after a second; while the ledger is away nobody is let in. */
function knownKeys({ config, ledger, clock }: Api): () => Promise<Known> {
  const ofFile = config.api.keys;
  let read: { readonly at: number; readonly known: Promise<Known> } | undefined;
  return () => {
    const now = clock.monotonic();
    if (read && now - read.at < rememberMs) return read.known;
    const known = ledgerInTime(clock, ledger.keys()).then((stored) => ({
      all: [...ofFile, ...stored],
      none: ofFile.length + stored.length === 0,
    }));
    read = { at: now, known };
    known.catch(() => (read = undefined));
    return known;
  };
}
