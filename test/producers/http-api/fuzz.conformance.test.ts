import fc from 'fast-check';
import { CompiledQuery } from 'kysely';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openDatabase } from '../../../src/ledger/ledger.ts';
import { problemSchema } from '../../../src/producers/problem.ts';
import { scopes } from '../../../src/producers/scopes.ts';
import { databases } from '../../ledger/databases.ts';
import { operations } from './document.ts';
import { hostile, planted, type Hostile } from './hostile-requests.ts';
import { exchange, type RawAnswer } from './raw-http.ts';
import { requestOf } from './requests.ts';
import { serve, type Served } from './world.ts';

const requests = 5_040;
/** The same on every run, so that it judges the change and not the day; FUZZ_SEED=n asks other things. */
const seed = Number(process.env['FUZZ_SEED'] ?? -1_627_656_993);

/** What Node itself says to what is hardly HTTP, before anything of ours is asked: no Host, or Expect with a wish. */
const saidByNode = ({ request }: Hostile, { status, body }: RawAnswer) =>
  body === '' &&
  ((status === 400 && !request.headers.some(([name]) => name === 'Host')) ||
    (status === 417 && request.headers.some(([name]) => name === 'Expect')));

/** What is wrong with this answer to that request; undefined: nothing. */
function faultOf(asked: Hostile, answer: RawAnswer): string | undefined {
  const { request } = asked;
  const { status, headers, body } = answer;
  if (status === 0)
    return request.ends || !/^[A-Z]+$/.test(request.method) || request.method === 'CONNECT'
      ? undefined
      : 'no answer';
  if (status >= 500) return `${status}`;
  if (body.includes('ann-key')) return 'the key is repeated';
  if (status < 300) return undefined;
  if (body.includes(planted)) return 'what was sent is repeated';
  if (status < 400) return `a redirection: ${status}`;
  if (request.method === 'HEAD' || saidByNode(asked, answer)) return undefined;
  if (headers['content-type'] !== 'application/problem+json; charset=utf-8')
    return `no problem: ${headers['content-type']}`;
  const read = problemSchema.safeParse(JSON.parse(body));
  if (!read.success) return read.error.message;
  return read.data.status === status ? undefined : 'another status in the problem';
}

/** All that the ledger holds of what would be deleted. */
async function onRecord({ config }: Served) {
  const { database } = openDatabase(config.database.url);
  const rows = await database.read(
    [
      // a plan that another has replaced leaves a request of nothing
      'select id, accepted from requests where seq in (select request from request_targets)',
      "select name from campaigns where state not in ('planning', 'dropped')",
      'select count(*) as n from targets t where not exists (select 1 from request_targets r where r.target = t.seq)',
      'select count(*) as n from calls',
      'select count(*) as n from targets',
    ].map((text) => CompiledQuery.raw(text)),
  );
  await database.close();
  const [ids = [], campaigns = [], orphans = [], calls = [], targets = []] = rows;
  return {
    accepted: new Map(ids.map(({ id, accepted }) => [String(id), Number(accepted)])),
    campaigns: new Set(campaigns.map(({ name }) => String(name))),
    orphans: Number(orphans[0]?.['n']),
    calls: Number(calls[0]?.['n']),
    targets: Number(targets[0]?.['n']),
  };
}

describe.each(databases)('the API on $name, asked what nobody should ask', ({ create }) => {
  it('answers each request without a fault of its own, and records what it said it did and nothing else', async () => {
    const place = await create();
    onTestFinished(place.remove);
    const served = await serve({
      keys: { ann: [...scopes], ben: ['campaign'] },
      api: { requestsPerSecond: 1_000_000 },
      settings: { database: { url: place.url } },
    });
    const port = Number(new URL(served.url).port);
    const known = requestOf('createDeletion', { target: 'known', reason: 'x' });
    const made = await served.ask(known.path, { ...known.sent, by: 'ann' });
    const plan = requestOf('planCampaign', { target: 'v1', planned: 'summer' });
    const planned = await served.ask(plan.path, { method: plan.method, ...plan.sent, by: 'ben' });
    const hash = String(planned.json['hash']);
    const told = new Map([[String(made.json['id']), Number(made.json['accepted'])]]);
    const plans = new Set(['summer']);
    const statuses = new Map<string, Map<number, number>>();
    let count = 0;

    const one = async (asked: Hostile) => {
      count += 1;
      const answer = await exchange(port, asked.request);
      const { operationId, request } = asked;
      const seen = statuses.get(operationId) ?? new Map<number, number>();
      statuses.set(operationId, seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1));
      if (answer.status === 202) {
        const { id, accepted } = JSON.parse(answer.body) as { id: string; accepted: number };
        told.set(id, accepted);
      }
      if (answer.status === 201) plans.add((JSON.parse(answer.body) as { campaign: string }).campaign);
      const fault = faultOf(asked, answer);
      if (fault !== undefined)
        throw new Error(
          `${fault}: ${request.method} ${request.target} → ${JSON.stringify(answer).slice(0, 400)}`,
        );
    };
    const of = { deletion: String(made.json['id']), known: 'known', campaign: 'summer', hash, count: 1 };
    // A few at once: what one of them does must not become another's.
    const some = fc.array(hostile(of), { minLength: 8, maxLength: 8, size: 'max' });
    await fc.assert(
      fc.asyncProperty(some, async (all) => {
        await Promise.all(all.map(one));
      }),
      { numRuns: requests / 8, endOnFailure: true, seed },
    );

    const record = await onRecord(served);
    expect(record.accepted).toEqual(told);
    expect(record.campaigns).toEqual(plans);
    expect(record).toMatchObject({ orphans: 0, calls: 0 });
    expect(record.targets).toBeLessThanOrEqual([...told.values()].reduce((sum, n) => sum + n, 0));
    const lines = served.logged.filter((line) => line.includes(planted) || line.includes('ann-key'));
    expect(lines).toEqual([]);
    expect(served.logged.filter((line) => /"level":"?(error|50|fatal|60)/.test(line))).toEqual([]);

    // It has seen more of each route than the door.
    expect(count).toBeGreaterThanOrEqual(5_000);
    const shy = operations.filter(({ operationId }) => {
      const seen = [...(statuses.get(operationId)?.keys() ?? [])];
      return !seen.some((status) => (status >= 200 && status < 300) || status === 409);
    });
    expect(shy.map(({ operationId }) => operationId)).toEqual([]);
    expect(await served.ask('/readyz')).toMatchObject({ status: 200 });
  }, 120_000);
});
