import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonical } from '../src/canonical.ts';
import { parseJob, queueName, type JobData } from '../src/job.ts';
import { signerWith, signJob, unverified } from '../src/job-signature.ts';

const queue = queueName('media-prod~alibaba.vod.delete-video');
const key = { id: 'k1', key: 'a secret that is long enough to sign with' };
const job: JobData = {
  ...{ v: 1, request: 'tidy-up', targets: ['e44ebf11', { by: 'referenceId', id: 'summer-1' }] },
  ...{ options: { deletePhysicalFiles: true, imageType: ['All'] }, notBefore: 1_800_000_000_000 },
  ...{ requester: 'archive-service', reason: 'Ende der Lizenz, “Sommer” 🎬' },
  ...{ issuedAt: 1_799_999_000_000, expiresAt: 1_800_003_600_000 },
};

interface Vector {
  readonly name: string;
  readonly queue: string;
  readonly key: string;
  readonly job: unknown;
  readonly canonical: string;
  readonly signature: string;
}
const file = new URL('../docs/job-signature-vectors.json', import.meta.url);
const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as { readonly vectors: readonly Vector[] };

/** Signed with the key of id `default`, and without saying so. */
const unnamed = vectors[0]?.job as JobData;

const parsed = (data: unknown): JobData => {
  const read = parseJob(data);
  if ('problem' in read) throw new Error(read.problem);
  return read;
};

describe('signJob', () => {
  it.each(vectors)('signs as the vector says: $name', (vector) => {
    const data = parsed(vector.job);
    const { signature, ...unsigned } = data;
    const { keyId = 'default' } = data;
    expect(canonical({ ...unsigned, queue: vector.queue })).toBe(vector.canonical);
    expect(signature).toBe(vector.signature);
    expect(unverified(vector.queue, data, [{ id: keyId, key: vector.key }])).toBeUndefined();
    if (data.keyId !== undefined)
      expect(signJob(vector.queue, unsigned, { id: keyId, key: vector.key })).toEqual(data);
  });

  it('is verified whatever the order of members, as it comes out of the queue', () => {
    const signed = signJob(queue, job, key);
    const shuffled = Object.fromEntries(Object.entries(signed).toReversed());
    expect(unverified(queue, parsed(JSON.parse(JSON.stringify(shuffled))), [key])).toBeUndefined();
  });
});

describe('signerWith', () => {
  it('signs with the first key, and not at all without one', () => {
    const older = { id: 'older', key: 'another secret of more than 32 characters' };
    expect(signerWith([key, older])?.(queue, job)).toEqual(signJob(queue, job, key));
    expect(signerWith([])).toBeUndefined();
  });
});

describe('unverified', () => {
  const signed = signJob(queue, job, key);

  it.each([
    ['unsigned', 'no signature', { ...job }],
    ['unsigned', 'a key id and no signature', { ...job, keyId: 'k1' }],
    ['unknown-key', 'a key that nobody knows', { ...signed, keyId: 'k2' }],
    ['unknown-key', 'no key id where no key is the default', unnamed],
    ['bad-signature', 'an empty signature', { ...signed, signature: '' }],
    ['bad-signature', 'half of it', { ...signed, signature: signed.signature?.slice(0, 32) ?? '' }],
    ['bad-signature', 'more than it', { ...signed, signature: `${signed.signature}00` }],
    ['bad-signature', 'more that is not hexadecimal', { ...signed, signature: `${signed.signature}zz` }],
    ['bad-signature', 'another key of that id', signJob(queue, job, { id: 'k1', key: 'x'.repeat(40) })],
  ] as const)('answers %s to %s', (reason, _, data) => {
    expect(unverified(queue, data, [key])?.reason).toBe(reason);
  });

  it('takes a job without key id as signed with the default key', () => {
    const [vector] = vectors;
    expect(unnamed).not.toHaveProperty('keyId');
    expect(
      unverified(vector?.queue ?? '', unnamed, [key, { id: 'default', key: vector?.key ?? '' }]),
    ).toBeUndefined();
  });

  it('accepts every key of a rotation, and none that was taken away', () => {
    const next = { id: 'k2', key: 'the next secret of more than 32 characters' };
    expect(unverified(queue, signed, [next, key])).toBeUndefined();
    expect(unverified(queue, signJob(queue, job, next), [next, key])).toBeUndefined();
    expect(unverified(queue, signed, [next])?.reason).toBe('unknown-key');
  });

  it('refuses the job for any other queue', () => {
    for (const other of ['media-prod~alibaba.vod.delete-video', '{media-test~alibaba.vod.delete-video}', ''])
      expect(unverified(other, signed, [key])?.reason).toBe('bad-signature');
  });

  it('refuses any change of any field, whatever it is', () => {
    const leaves = leavesOf(signed);
    const value = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.constant(undefined),
      fc.array(fc.string(), { maxLength: 2 }),
      fc.dictionary(fc.string(), fc.string(), { maxKeys: 2 }),
    );
    const change = fc.record({ path: fc.constantFrom(...leaves), value });
    fc.assert(
      fc.property(change, ({ path, value }) => {
        fc.pre(path[0] !== 'signature');
        const before = path.reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], signed);
        fc.pre(JSON.stringify(before) !== JSON.stringify(value));
        const changed = structuredClone(signed) as unknown as Record<string, unknown>;
        const last = path.at(-1) ?? '';
        const holder = path
          .slice(0, -1)
          .reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], changed);
        if (value === undefined) Reflect.deleteProperty(holder as object, last);
        else (holder as Record<string, unknown>)[last] = value;
        expect(unverified(queue, changed as unknown as JobData, [key])).toBeDefined();
      }),
      { numRuns: 2_000 },
    );
  });

  it('refuses any field more, and any flipped bit of the signature', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (name, value) => {
        fc.pre(!Object.hasOwn(signed, name) && name !== '__proto__');
        expect(unverified(queue, { ...signed, [name]: value }, [key])?.reason).toBe('bad-signature');
      }),
    );
    for (let bit = 0; bit < 256; bit++) {
      const bytes = Buffer.from(signed.signature ?? '', 'hex');
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(unverified(queue, { ...signed, signature: bytes.toString('hex') }, [key])?.reason).toBe(
        'bad-signature',
      );
    }
  });
});

/** The paths of all values within, and of all that hold them. */
function leavesOf(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  const below = Object.entries(value).flatMap(([name, content]) => leavesOf(content, [...path, name]));
  return path.length === 0 ? below : [path, ...below];
}
