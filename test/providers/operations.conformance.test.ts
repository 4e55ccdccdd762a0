/** What every operation of the list must hold, whatever its provider: a fifth one is tested here by being listed. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Batch, FailureClass, Target } from '../../src/deletion.ts';
import { rows as alibabaRows } from '../../src/providers/alibaba/error-codes.ts';
import { rows as huaweiRows } from '../../src/providers/huawei/error-codes.ts';
import { entryOf, optionsOf } from '../../src/providers/entry.ts';
import { operations } from '../../src/providers/operations.ts';
import type { Operation, Reply, Site } from '../../src/providers/operation.ts';
import { accepted, examples, failureOf, idsOnTheWire, problemsOf, reply } from './world.ts';

const site: Site = { region: 'cn-north-4', projectId: '0f51' };
const classes: readonly FailureClass[] = ['throttled', 'transient', 'missing', 'rejected', 'unauthorized'];

/** Full batches of every kind; one target where a kind doesn't share calls. */
function batches(operation: Operation): Batch[] {
  return operation.kinds.map((kind) => {
    const options = examples(operation).find((example) => example.kind === kind.name)?.options;
    const targets = Array.from({ length: operation.batchLimit }, (_, i) => {
      const n = String(i).padStart(2, '0');
      const id = kind.field === 'url' ? kind.example.replace(/\.(\w+)$/, `-${n}.$1`) : `${kind.example}${n}`;
      return accepted(operation, { by: kind.name, [kind.field]: id }, options);
    });
    const [first] = targets;
    return targets.filter(
      (target) => operation.batchKey(target) === operation.batchKey(first!),
    ) as unknown as Batch;
  });
}

/** An answer that says of every target that it was deleted. */
const success = (operation: Operation, batch: Batch): Reply =>
  operation.provider === 'alibaba'
    ? reply(200, { RequestId: 'R' })
    : reply(200, { delete_result_array: batch.map(({ id }) => ({ task_id: id, status: 'DELETED' })) });

const errorReply = (operation: Operation, code: string, status = 400): Reply =>
  operation.provider === 'alibaba'
    ? reply(status, { RequestId: 'R', HostId: 'h', Code: code, Message: 'm' })
    : reply(status, { error_code: code, error_msg: 'm' }, { 'x-request-id': 'R' });

/** Whether a reply is of the one shape that may say "deleted". */
function hasShape(operation: Operation, { status, body }: Reply): boolean {
  try {
    const json = JSON.parse(body) as Record<string, unknown> | null;
    return (
      status === 200 &&
      (operation.provider === 'alibaba'
        ? typeof json?.['RequestId'] === 'string' && json['RequestId'] !== ''
        : Array.isArray(json?.['delete_result_array']))
    );
  } catch {
    return false;
  }
}

describe.each(operations.map((operation) => [operation.name, operation] as const))(
  '%s',
  (name, operation) => {
    it('is named after its provider, and says what it is and warns of', () => {
      expect(name).toMatch(new RegExp(`^${operation.provider}\\.[a-z]+\\.[a-z-]+$`));
      expect(operation.title.length).toBeGreaterThan(10);
      expect(operation.permission).toMatch(/^\w+:[\w:]+$/);
      expect(operation.warnings.join(' ')).toMatch(/for good.*CDN.*wrong region/);
      expect(operation.cap.calls).toBeGreaterThan(0);
    });

    it('accepts its own examples, the first kind as a plain string, and gives back the id as it is', () => {
      for (const { input, options, kind } of examples(operation)) {
        const { example } = operation.kinds.find((k) => k.name === kind)!;
        expect(accepted(operation, input, options)).toMatchObject({ by: kind, id: example });
      }
      const [first] = operation.kinds;
      expect(accepted(operation, first.example)).toMatchObject({ by: first.name, id: first.example });
    });

    it('refuses unknown fields and options with pointer, problem and remedy', () => {
      for (const { input, options } of examples(operation)) {
        const problems = problemsOf(
          operation,
          { ...(input as object), force: true },
          { ...(options as object), recursive: 1 },
        );
        expect(problems.map(({ pointer }) => pointer)).toEqual(['/force', '/options/recursive']);
        for (const { problem, remedy } of problems)
          expect(Math.min(problem.length, remedy.length)).toBeGreaterThan(5);
      }
    });

    it('accepts again what a target was made from', () => {
      const { parentField } = operation;
      for (const { input, options } of examples(operation)) {
        const beside = parentField === undefined ? {} : { [parentField]: 'd59386' };
        for (const entry of [input, { ...(input as object), ...beside }]) {
          const target = accepted(operation, entry, options);
          expect(accepted(operation, entryOf(operation, target), optionsOf(target))).toEqual(target);
        }
      }
    });

    it('never lets two kinds share a call', () => {
      const keys = examples(operation).map(({ input, options }) =>
        operation.batchKey(accepted(operation, input, options)),
      );
      expect(new Set(keys).size).toBe(operation.kinds.length);
    });

    it('sends exactly the ids of the batch', () => {
      for (const batch of batches(operation)) {
        const request = operation.request(batch, site);
        expect(idsOnTheWire(request.query)).toEqual(batch.map(({ id }) => id));
        expect(request.origin).toMatch(/^https:\/\/[a-z0-9.-]+$/);
        expect(operation.request(batch, { ...site, endpoint: 'http://127.0.0.1:1' }).origin).toBe(
          'http://127.0.0.1:1',
        );
      }
    });

    it('calls every target of a full batch deleted where the answer says so', () => {
      for (const batch of batches(operation)) {
        const said = operation.interpret(success(operation, batch), batch);
        if ('failure' in said) throw new Error(said.failure.code);
        expect(batch.map((target) => said.outcome(target).is)).toEqual(batch.map(() => 'deleted'));
        expect(said.strangers).toEqual([]);
      }
    });

    it('answers for every target, and says deleted on evidence only, whatever comes back', () => {
      const all = batches(operation);
      const ids = all.flatMap((batch) => batch.map(({ id }) => id));
      const text = fc.oneof(fc.constantFrom(...ids, 'DELETED', 'FAILED', 'UNKNOW', 'R', ''), fc.string());
      const fields = fc.dictionary(
        fc.constantFrom(
          'RequestId',
          'Code',
          'ForbiddenVideoIds',
          'NonExistVideoIds',
          'NonExistReferenceIds',
          'IgnoredList',
          'ForbiddenList',
          'error_code',
          'delete_result_array',
          '__proto__',
        ),
        fc.oneof(
          text,
          fc.array(text, { maxLength: 5 }),
          fc.array(fc.record({ task_id: text, status: text })),
          fc.jsonValue(),
        ),
      );
      const body = fc.oneof(
        fc.string(),
        fc.constantFrom(
          '',
          '<html></html>',
          '{"RequestId":"R"',
          'null',
          '[]',
          '"R"',
          '7',
          '<Error><Code>Forbidden</Code></Error>',
        ),
        fc.json(),
        fields.map((object) => JSON.stringify(object)),
      );
      const type = fc.constantFrom('application/json', 'text/xml;charset=utf-8', 'text/html');
      fc.assert(
        fc.property(
          fc.constantFrom(...all),
          fc.constantFrom(200, 200, 202, 204, 302, 400, 404, 429, 500, 503),
          body,
          type,
          (batch, status, raw, contentType) => {
            const given = reply(status, raw, { 'content-type': contentType });
            const said = operation.interpret(given, batch);
            if ('failure' in said) {
              expect(classes).toContain(said.failure.class);
              expect(said.failure.code).not.toBe('');
              if (said.failure.code === 'unreadable') expect(said.failure.ambiguous).toBe(true);
              return;
            }
            for (const target of batch) {
              const outcome = said.outcome(target);
              expect(['deleted', 'absent', 'refused', 'unresolved']).toContain(outcome.is);
              if (outcome.is !== 'deleted') continue;
              expect(hasShape(operation, given)).toBe(true);
              if (operation.provider === 'huawei') expect(raw).toContain('DELETED');
            }
            for (const stranger of said.strangers)
              expect(batch.some(({ id }) => id === stranger)).toBe(false);
          },
        ),
        { numRuns: 1500 },
      );
    });

    it('cuts no answer short: a truncated success is unreadable and ambiguous', () => {
      for (const batch of batches(operation)) {
        const { body } = success(operation, batch);
        for (let length = 0; length < body.length; length++) {
          expect(failureOf(operation.interpret(reply(200, body.slice(0, length)), batch))).toMatchObject({
            class: 'transient',
            code: 'unreadable',
            ambiguous: true,
          });
        }
      }
    });

    it('classifies every code of its tables, whatever the status', () => {
      const rows = operation.provider === 'alibaba' ? alibabaRows : huaweiRows;
      const [batch] = batches(operation);
      for (const [meaning, ...codes] of rows) {
        for (const code of codes) {
          for (const status of [200, 400, 403, 404, 500, 503]) {
            const said = operation.interpret(errorReply(operation, code, status), batch!);
            expect(failureOf(said)).toMatchObject({ ...meaning, code, known: true, requestId: 'R' });
          }
        }
      }
    });

    it('takes an unknown code for transient, ambiguous and unknown, also on a 404', () => {
      const [batch] = batches(operation);
      for (const code of ['Brand.New', 'constructor', '__proto__', 'x'.repeat(10_000)]) {
        const failure = failureOf(operation.interpret(errorReply(operation, code, 404), batch!));
        expect(failure).toMatchObject({ class: 'transient', ambiguous: true, known: false });
        expect(failure.code.length).toBeLessThan(301);
      }
    });

    it('reads only kinds of its own, and never from garbage', () => {
      const { read } = operation;
      if (!read) return;
      for (const batch of batches(operation).filter(([{ by }]) => read.kinds.includes(by))) {
        const asked = batch.slice(0, read.limit) as unknown as readonly [Target, ...Target[]];
        expect(idsOnTheWire(read.request(asked, site).query)).toEqual(asked.map(({ id }) => id));
        for (const body of ['', '<html>', '[]', '{', '{}', 'null']) {
          const said = read.interpret(reply(200, body), asked);
          if (!('failure' in said)) expect(asked.map(said.existing)).toEqual(asked.map(() => 'unknown'));
        }
      }
    });
  },
);
