import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { keeping, takeLeaks } from './heard.ts';
import { leaksIn, secrets } from './secrets.ts';

const key = `expunge_${'Ab-_'.repeat(11).slice(0, 43)}`;

describe('leaksIn', () => {
  it.each([
    ...Object.values(secrets),
    'secret-of-acc',
    'hunter2hunter2',
    key,
    'signing-key-of-jobs-which-is-long',
  ])('finds %j in a line, and does not repeat it', (secret) => {
    const [leak, ...more] = leaksIn(`{"msg":"x","why":"${secret}"}`);
    expect(leak).toContain('"why":"');
    expect([leak, ...more].join()).not.toContain(secret);
  });

  it('finds a password percent-encoded, as it stands in an address', () => {
    expect(leaksIn(`rediss://u:${encodeURIComponent(secrets.redisPasswordWithSigns)}@h`)).toHaveLength(1);
  });

  it('finds nothing where there is nothing', () => {
    expect(leaksIn('redis://u:***@h key-of-acc accessKeySecret signing-key API-key secret-of-')).toEqual([]);
  });

  it('lets a command tell a new API key on stdout, and no log', () => {
    expect(leaksIn(key, 'stdout')).toEqual([]);
    expect(leaksIn(key)).toHaveLength(1);
  });
});

describe('the end of each test file', () => {
  it('knows what a program wrote, also where a secret came in two pieces', async () => {
    const script = `process.stderr.write('at sec'); setTimeout(() => process.stderr.write('ret-of-acc here'), 50)`;
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr.resume();
    await once(child, 'close');
    expect(takeLeaks()).toEqual(['an account’s secret: at secr…']);
  });

  it('knows what a log wrote', () => {
    const lines: string[] = [];
    keeping(lines).write('a hunter2hunter2\n');
    expect(lines).toEqual(['a hunter2hunter2\n']);
    expect(takeLeaks()).toHaveLength(1);
  });
});
