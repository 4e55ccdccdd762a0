import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { link, packAndInstall, repository, run, type Installed } from './installed.ts';
import { apiKey, operation, startService } from './service.ts';

let installed: Installed;
beforeAll(async () => {
  installed = await packAndInstall();
  return () => installed.remove();
}, 240_000);

const program = async (project: string, name: string, text: string) => {
  await writeFile(join(project, name), text);
  return name;
};

/** Uses both ways in as their types ask for it; what must not compile is marked so. */
const typed = `
import { ExpungeClient, ProblemError, type AcceptedDeletion } from 'expunge/client';
import { createProducer, type Producer } from 'expunge/producer';
import * as all from 'expunge';

const client = new ExpungeClient({ url: 'http://127.0.0.1:8080', apiKey: 'expunge_x' });
export async function enqueue(): Promise<AcceptedDeletion> {
  const deletion = { account: 'a', operation: '${operation}', ids: ['1'], reason: 'r' };
  try {
    const done = await client.deletions.create(deletion, { signal: AbortSignal.timeout(1_000) });
    for await (const { id, settlement = 'open' } of client.deletions.targets(done.id)) console.log(id, settlement);
    const { lanes: [lane] } = await client.lanes.list();
    if (lane?.state === 'paused') await client.lanes.resume(lane.account, lane.operation);
    // @ts-expect-error a lane has no such state
    if (lane?.state === 'broken') return done;
    return done;
  } catch (error) {
    if (error instanceof ProblemError) console.log(error.errors.map(({ pointer }) => pointer));
    throw error;
  }
}
export async function plan(): Promise<string> {
  const asked = { name: 'spring', account: 'a', operation: 'o', max: 5, canary: false };
  const { hash, valid } = await client.campaigns.plan(asked, { lines: ['1'] });
  // @ts-expect-error no such rule
  void client.campaigns.plan({ ...asked, canry: false }, { lines: ['1'] });
  const { state } = await client.campaigns.run('spring', { plan: hash, confirm: valid });
  return state;
}
// @ts-expect-error without a reason
void client.deletions.create({ account: 'a', operation: 'o', ids: ['1'] });

const producer: Producer = await createProducer({ requester: 'billing' });
const { accepted }: { accepted: number } = await producer.enqueue({ account: 'a', operation: 'o', ids: ['1'], reason: 'r' });
console.log(accepted);
// @ts-expect-error ids or targets, not both
void producer.enqueue({ account: 'a', operation: 'o', ids: ['1'], targets: ['2'], reason: 'r' });
// @ts-expect-error neither
void producer.enqueue({ account: 'a', operation: 'o', reason: 'r' });
await producer.close();
void [all.ExpungeClient, all.createProducer];
`;

/** A service in JavaScript: the client's five lines, then the producer's. */
const used = `
import { ExpungeClient } from 'expunge/client';
import { createProducer } from 'expunge/producer';
const deletion = { account: 'media-prod', operation: '${operation}', reason: 'package test' };
const client = new ExpungeClient({ url: process.env.URL, apiKey: '${apiKey}' });
const first = await client.deletions.create({ ...deletion, ids: ['c1', 'c2'] });
const refused = await client.deletions.create({ ...deletion, ids: ['c,1'] }).catch((error) => error);
const producer = await createProducer({ config: process.env.CONFIG, requester: 'billing' });
const second = await producer.enqueue({ ...deletion, ids: ['p1'] });
const denied = await producer.enqueue({ ...deletion, ids: ['p,1'] }).catch((error) => error);
await producer.close();
console.log(JSON.stringify({ first, second, errors: [refused.errors, denied.errors] }));
`;

const strict = {
  compilerOptions: {
    ...{ target: 'ES2023', module: 'NodeNext', noEmit: true, strict: true, exactOptionalPropertyTypes: true },
    ...{ noUncheckedIndexedAccess: true, skipLibCheck: false },
  },
};

/** With Node's types, or with a browser's in their place. */
async function compile(project: string, file: string, options: Readonly<Record<string, unknown>>) {
  const config = { compilerOptions: { ...strict.compilerOptions, ...options }, files: [file] };
  const name = await program(project, `tsconfig.${file}.json`, JSON.stringify(config));
  return run(join(repository, 'node_modules/.bin/tsc'), ['-p', name, '--listFiles'], project);
}

/** Node's own types are not ours to mend: some do not fit exactOptionalPropertyTypes. */
const errorsIn = (out: string): readonly string[] =>
  out.split('\n').filter((line) => line.includes('error TS') && !line.includes('node_modules/@types/node/'));

describe('the package', () => {
  it('is what publint asks for', async () => {
    const { exit, out } = await run(
      join(repository, 'node_modules/.bin/publint'),
      ['--strict', installed.tarball],
      repository,
    );
    expect(out).toContain('All good!');
    expect(exit).toBe(0);
  });

  it('types both ways in, strictly, and shows no class of ioredis or BullMQ', async () => {
    const { project } = installed;
    await link(project, '@types/node');
    await link(project, 'undici-types');
    const { out } = await compile(project, await program(project, 'typed.ts', typed), {
      types: ['node'],
    });
    expect(errorsIn(out)).toEqual([]);
    const packages = [...out.matchAll(/^.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/gm)].map(([, name]) => name);
    const ofNode = ['@types/node', 'undici-types', 'typescript'];
    expect([...new Set(packages)].filter((name) => !ofNode.includes(name ?? ''))).toEqual(['expunge']);
  });

  it('types the client where nothing but the package and a DOM are known', async () => {
    const { bare } = installed;
    const text = `import { ExpungeClient } from 'expunge/client';\nexport const c = new ExpungeClient({ url: '/' });\n`;
    const options = { types: [], lib: ['ES2023', 'DOM'] };
    const { out } = await compile(bare, await program(bare, 'dom.ts', text), options);
    expect(errorsIn(out)).toEqual([]);
  });

  it('has a client that needs no other package', async () => {
    const { bare } = installed;
    const text = `import { ExpungeClient } from 'expunge/client';\nconsole.log(typeof ExpungeClient);\n`;
    expect(await run('node', [await program(bare, 'client.mjs', text)], bare)).toMatchObject({
      out: 'function\n',
    });
    // So that the case above could fail:
    const heavy = await program(bare, 'producer.mjs', `import 'expunge/producer';\n`);
    expect((await run('node', [heavy], bare)).err).toContain('ERR_MODULE_NOT_FOUND');
  });

  it('has a command', async () => {
    const { project } = installed;
    const { out, err } = await run(
      join(project, 'node_modules/.bin/expunge'),
      ['operations', '--json'],
      project,
    );
    expect(err).toBe('');
    expect(out).toContain(operation);
  });

  it('deletes what is asked for by client and producer, and says what is wrong in the same words', async () => {
    const { project } = installed;
    const service = await startService(inject('redisUrl'));
    onTestFinished(() => service.close());
    const { world, url, config } = service;
    world.emulator.inventory({ DeleteVideo: { ids: ['c1', 'c2', 'p1'] } });
    const env = { URL: url, CONFIG: config };
    const { exit, out, err } = await run('node', [await program(project, 'used.mjs', used)], project, env);
    expect(err).toBe('');
    expect(exit).toBe(0);
    const told = JSON.parse(out) as Record<'first' | 'second', { id: string; accepted: number }> & {
      errors: readonly unknown[];
    };
    expect(await world.settled(told.first.id)).toEqual({ deleted: 2 });
    expect(await world.settled(told.second.id)).toEqual({ deleted: 1 });
    expect([...service.deleted()].sort()).toEqual(['c1', 'c2', 'p1']);
    expect(told.errors[0]).toMatchObject([{ pointer: '/ids/0' }]);
    expect(told.errors[1]).toEqual(told.errors[0]);
    const requesters = await Promise.all(['c1', 'p1'].map((id) => world.ledger.lookup(id)));
    expect(requesters.map(([target]) => target?.requests[0]?.requester)).toEqual(['shop', 'billing']);
  });
});
