import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { repository, run } from '../package/installed.ts';
import { apiKey, operation, startService, type Service } from '../package/service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService(inject('redisUrl'));
  return () => service.close();
}, 120_000);

/** What each is run with, and how to ask whether that is there. */
const programs = {
  'enqueue.ts': { program: process.execPath, before: ['--import', 'tsx'], version: ['--version'] },
  'produce.ts': { program: process.execPath, before: ['--import', 'tsx'], version: ['--version'] },
  'enqueue.py': { program: 'python3', before: [], version: ['--version'] },
  'enqueue.sh': { program: 'sh', before: [], version: ['-c', 'curl --version'] },
} as const;
type Example = keyof typeof programs;

const env = () => ({ EXPUNGE_URL: service.url, EXPUNGE_CONFIG: service.config, EXPUNGE_API_KEY: apiKey });

const example = (name: Example, ids: readonly string[], reason = 'example "of" a \\ test', more = {}) => {
  const { program, before } = programs[name];
  const argv = [...before, join('examples', name), 'media-prod', operation, reason, ...ids];
  return run(program, argv, repository, { ...env(), ...more });
};

const missing = new Set<string>();
beforeAll(async () => {
  for (const [name, { program, version }] of Object.entries(programs)) {
    if ((await run(program, version, repository)).exit === 0) continue;
    missing.add(name);
    console.warn(`skipped: examples/${name}; ${[program, ...version].join(' ')} does not run here`);
  }
});

describe.each(Object.keys(programs) as Example[])('examples/%s', (name) => {
  it('has its ids deleted, with the reason and the key’s name on record', async (context) => {
    context.skip(missing.has(name));
    const ids = [`${name}-1`.replace('.', '-'), `${name}-2`.replace('.', '-')];
    const { world } = service;
    world.emulator.inventory({ DeleteVideo: { ids } });
    const { exit, out, err } = await example(name, ids);
    expect(err).toBe('');
    expect(exit).toBe(0);
    const request = /[0-9A-HJKMNP-TV-Z]{26}/.exec(out)?.[0] ?? '';
    expect(await world.settled(request)).toEqual({ deleted: 2 });
    expect(service.deleted()).toEqual(expect.arrayContaining(ids));
    const [target] = await world.ledger.lookup(ids[0] ?? '');
    expect(target?.requests).toMatchObject([
      { id: request, requester: 'shop', reason: 'example "of" a \\ test' },
    ]);
  });

  it('fails, and shows which field is wrong', async (context) => {
    context.skip(missing.has(name));
    const { exit, out, err } = await example(name, ['fine', 'not,fine']);
    expect(exit).not.toBe(0);
    expect(out + err).toContain('/ids/1');
    expect(await service.world.ledger.lookup('fine')).toEqual([]);
  });

  it('fails with a key that is nobody’s', async (context) => {
    context.skip(missing.has(name));
    const { exit } = await example(name, ['fine'], 'r', { EXPUNGE_API_KEY: 'expunge_nobody' });
    expect(exit).not.toBe(0);
    expect(await service.world.ledger.lookup('fine')).toEqual([]);
  });
});

describe('examples', () => {
  it('are all run here', () => {
    const files = readdirSync(join(repository, 'examples')).filter((name) => name !== 'README.md');
    expect(files.sort()).toEqual(Object.keys(programs).sort());
  });
});
