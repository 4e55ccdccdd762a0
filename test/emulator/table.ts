import { expect, it } from 'vitest';
import type { InventoryInput } from '../../src/emulator/admin-input.ts';
import type { Switches } from '../../src/emulator/switches.ts';
import { type Answer, setup } from './setup.ts';

interface Case {
  readonly it: string;
  readonly given: InventoryInput;
  readonly switches?: Partial<Switches>;
  readonly asks: Record<string, string | string[]>;
  readonly status: number;
  /** The error code; or the body but for its RequestId. */
  readonly says: string | Record<string, unknown>;
  readonly deletes?: string[];
  readonly records?: object;
}

export const many = (n: number, prefix = 'x-') => Array.from({ length: n }, (_, i) => `${prefix}${i}`);
const clean = (text: unknown): unknown => JSON.parse(JSON.stringify(text).replaceAll('\\n', ''));

/** One test for each case: what exists, what is asked, what is answered, deleted and recorded. */
export function table(action: string, cases: readonly Case[]) {
  it.each(cases.map((one) => [one.it, one] as const))('%s', async (_, one) => {
    const { emulator, v3, thumbnails, deleted, last } = await setup({ switches: one.switches ?? {} });
    emulator.inventory(one.given);
    const answer: Answer =
      action === 'DeleteThumbnails'
        ? await thumbnails(one.asks)
        : await v3(action, one.asks as Record<string, string>);
    const { RequestId: _id, ...body } = answer.json;
    expect(answer.status).toBe(one.status);
    if (typeof one.says === 'string') expect(answer.json['Code'] ?? answer.json['error_code']).toBe(one.says);
    else expect(clean(body)).toEqual(one.says);
    expect(deleted()).toEqual(one.deletes ?? []);
    expect(last()).toMatchObject({ action, ...one.records });
  });
}
