import { describe, expect, it } from 'vitest';
import { redactedConfig, secretsOf } from '../../src/config.ts';
import { account, world } from './world.ts';

const signing = 'sign'.repeat(8);
const older = 'past'.repeat(8);
const text = `signingKey: ${signing}\nsigningKeys: [{ id: older, key: ${older} }]\nredis: { url: "redis://u:p%40ssw0rd@h:6379" }\ndatabase: { url: "postgres://u:hunter3hunter3@h/d" }\n${account()}`;
const config = () => world({ 'expunge.yaml': text }, { EXPUNGE_API_KEY: 'api-key-1' }).config();

describe('redactedConfig', () => {
  it('hides every secret at every depth and nothing else', () => {
    const before = config();
    expect(redactedConfig(before)).toEqual({
      ...before,
      signingKeys: [
        { id: 'default', key: '***' },
        { id: 'older', key: '***' },
      ],
      apiKey: '***',
      redis: { url: 'redis://u:***@h:6379', prefix: 'expunge' },
      database: { url: 'postgres://u:***@h/d' },
      accounts: {
        a: { ...before.accounts['a'], credentials: { accessKeyId: 'id-a', accessKeySecret: '***' } },
      },
    });
  });
});

describe('redactedConfig of a ledger on a server', () => {
  it.each([
    ['postgres://ann:a%40b%2Fc@h:5432/d', 'postgres://ann:***@h:5432/d'],
    ['postgres://h/d?user=ann&password=hunter2', 'postgres://h/d?user=ann&password=***'],
    ['postgres://ann:12/34@h/d', 'postgres://ann:***@h/d'],
  ])('shows %s as %s', (url, shown) => {
    expect(redactedConfig({ ...config(), database: { url } })).toMatchObject({ database: { url: shown } });
  });
});

describe('secretsOf', () => {
  it('lists all secrets, passwords in both spellings', () => {
    expect(secretsOf(config()).sort()).toEqual(
      ['api-key-1', 'hunter2hunter2', 'hunter3hunter3', 'p%40ssw0rd', 'p@ssw0rd', signing, older].sort(),
    );
  });
});
