import { parse } from 'csv-parse/sync';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Campaign, CampaignTarget } from '../../../src/ledger/campaign/campaign.ts';
import type { DeadLetter } from '../../../src/ledger/dead.ts';
import {
  campaignRow,
  deadRow,
  render,
  statesFor,
  sumLine,
  type ReportRow,
} from '../../../src/producers/campaign/report.ts';
import { readEntries, type Batch } from '../../../src/producers/entries/entries.ts';
import { optionsOf } from '../../../src/providers/entry.ts';
import { operationNamed, operations } from '../../../src/providers/operations.ts';
import { targetOf } from '../../target.ts';

const video = 'alibaba.vod.delete-video';

/** What of a campaign the rows are made of. */
const campaign = (state: Campaign['state'], operation = video) =>
  ({
    ...{ name: 'spring', account: 'prod', operation, state, requester: 'eve', why: 'tidy', ended: 9_000 },
  }) as Campaign;

const line = (over: Partial<CampaignTarget> = {}): CampaignTarget => ({
  ...{ n: 7, kind: 'videoId', id: 'v1', parent: '', options: '', settlement: 'refused', known: 0, code: 'C' },
  ...{ message: 'M', providerRequest: 'R', attempts: 2, ambiguous: 1, settled: 8_000 },
  ...over,
});

const open = { settlement: null, code: '', message: '', settled: 0 } as const;
const cellsOf = (row: ReportRow): Record<string, string> => {
  const [only, ...more] = parse<Record<string, string>>(render.csv.head + render.csv.row(row), {
    columns: true,
  });
  expect(more).toEqual([]);
  return only ?? {};
};

describe('campaignRow', () => {
  it('takes what became of the line from the ledger, and who asked from the campaign', () => {
    expect(campaignRow(campaign('completed'), line())).toEqual({
      ...{ entry: 'v1', line: 7, account: 'prod', operation: video, kind: 'videoId', id: 'v1', parent: '' },
      ...{ options: '', settlement: 'refused', code: 'C', message: 'M', requestId: 'R', attempts: 2 },
      ...{
        ambiguous: true,
        known: false,
        settled: 8_000,
        requester: 'eve',
        reason: 'tidy',
        campaign: 'spring',
      },
    });
  });

  it('cancels what was never settled once its campaign is cancelled, and not before', () => {
    const cancelled = { settlement: 'cancelled', code: 'CampaignCancelled', settled: 9_000 };
    expect(campaignRow(campaign('cancelled'), line(open))).toMatchObject(cancelled);
    for (const state of ['running', 'paused', 'cancelling', 'failed'] as const)
      expect(campaignRow(campaign(state), line(open))).toMatchObject({ settlement: null, settled: 0 });
    expect(campaignRow(campaign('cancelled'), line())).toMatchObject({ settlement: 'refused', code: 'C' });
  });
});

describe('deadRow', () => {
  it('is a row without a line', () => {
    const letter: DeadLetter = {
      ...{ seq: 1, key: 'k', account: 'prod', operation: video, target: targetOf(video, 'v1') },
      ...{
        settlement: 'exhausted',
        code: 'C',
        message: 'M',
        providerRequest: 'R',
        attempts: 8,
        ambiguous: true,
      },
      ...{ settled: 8_000, requester: 'eve', reason: 'tidy', campaign: '' },
    };
    expect(JSON.parse(render.ndjson.row(deadRow(letter)))).toEqual({
      ...{
        entry: 'v1',
        account: 'prod',
        operation: video,
        kind: 'videoId',
        id: 'v1',
        settlement: 'exhausted',
      },
      ...{ code: 'C', message: 'M', requestId: 'R', attempts: 8, ambiguous: true, known: false },
      ...{ settledAt: '1970-01-01T00:00:08.000Z', requester: 'eve', reason: 'tidy', campaign: '' },
    });
  });
});

describe('statesFor', () => {
  it('asks for open lines where these are told as cancelled', () => {
    expect(statesFor(campaign('cancelled'), ['cancelled', 'deleted'])).toEqual([
      'cancelled',
      'deleted',
      'open',
    ]);
    expect(statesFor(campaign('cancelled'), ['open', 'deleted'])).toEqual(['deleted']);
    expect(statesFor(campaign('running'), ['cancelled', 'open'])).toEqual(['cancelled', 'open']);
    expect(statesFor(campaign('cancelled'), undefined)).toBeUndefined();
  });
});

describe('render', () => {
  it('writes CSV whose first column is the entry, open rows with a state and no settlement', () => {
    expect(render.csv.head).toBe(
      'entry,line,account,operation,kind,id,parent,options,settlement,state,code,message,requestId,attempts,' +
        'ambiguous,known,settledAt,requester,reason,campaign\n',
    );
    expect(render.csv.row(campaignRow(campaign('completed'), line({ message: 'a "b", c' })))).toBe(
      `v1,7,prod,${video},videoId,v1,,,refused,,C,"a ""b"", c",R,2,true,false,1970-01-01T00:00:08.000Z,eve,tidy,spring\n`,
    );
    expect(cellsOf(campaignRow(campaign('running'), line(open)))).toMatchObject({
      ...{ settlement: '', state: 'open', settledAt: '' },
    });
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '＝1+1'])(
    'lets %j be no formula in CSV, and keeps it in NDJSON',
    (text) => {
      const row = {
        ...campaignRow(campaign('completed'), line({ message: text })),
        reason: text,
        code: text,
      };
      expect(cellsOf(row)).toMatchObject({ message: `'${text}`, reason: `'${text}`, code: `'${text}` });
      expect(JSON.parse(render.ndjson.row(row))).toMatchObject({ message: text, reason: text, code: text });
    },
  );

  it('writes one line a row, whatever the texts hold, and no cell that begins a formula', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[=+\-@\t\r\n"',]{0,4}x?$/));
    fc.assert(
      fc.property(text, text, text, (message, reason, code) => {
        const row = { ...campaignRow(campaign('completed'), line({ message, code })), reason };
        for (const written of [render.csv.row(row), render.ndjson.row(row)])
          expect(written.split('\n')).toHaveLength(2);
        for (const cell of Object.values(cellsOf(row)))
          expect(cell).not.toMatch(/^[=+\-@\t\r\n＝＋－＠]|[\p{Cc}]/u);
        const told = JSON.parse(render.ndjson.row(row)) as unknown;
        expect(told).toMatchObject({ message: message, reason, code });
      }),
    );
  });

  it.each(['csv', 'ndjson'] as const)(
    'writes %s that is read as the same targets, of each kind',
    async (format) => {
      for (const { name, kinds, parentField, options } of operations) {
        const [first] = kinds;
        const given = kinds.map((kind) => ({ by: kind.name, [kind.field]: kind.example }));
        // A custom id may begin with a dash, as a formula may.
        const odd = kinds.some((kind) => kind.name === 'referenceId')
          ? [{ by: 'referenceId', id: '-1_2-3' }]
          : [];
        const child = parentField ? [{ [first.field]: first.example, [parentField]: 'parent1' }] : [];
        for (const entry of [...given, ...odd, ...child]) {
          const accepted = operationNamed(name).accept(entry);
          const wide = Object.fromEntries(options.map((spec) => [spec.name, spec.widest]));
          const target = 'problems' in accepted ? targetOf(name, entry, wide) : accepted;
          const { by: kind, id, parent, options: text } = target;
          const row = campaignRow(campaign('completed', name), line({ kind, id, parent, options: text }));
          const bytes = Buffer.from(render[format].head + render[format].row(row));
          const { batches } = await readEntries([bytes] as unknown as AsyncIterable<Uint8Array>, {
            format,
            gzip: false,
          });
          const batch = (await batches.next()).value as Batch;
          expect(
            batch.map(
              (each) => 'value' in each && operationNamed(name).accept(each.value, optionsOf(target)),
            ),
          ).toEqual([target]);
        }
      }
    },
  );
});

describe('sumLine', () => {
  it('is what sha256sum writes, odd names included', () => {
    expect(sumLine('ab', 'a b.csv')).toBe('ab  a b.csv\n');
    expect(sumLine('ab', 'a\\b\n.csv')).toBe('\\ab  a\\\\b\\n.csv\n');
  });
});
