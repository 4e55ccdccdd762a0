/** The sections of the file apart from accounts. Each field's remedy is written where the field is. */
import { z } from 'zod';
import { parseScope } from '../producers/scopes.ts';
import { nearest, say } from './problems.ts';
import { logLevels } from './shape.ts';

/** What was found instead, without showing it. Numbers are shown: they are no secrets. */
function kind(input: unknown): string {
  if (input === undefined) return 'is missing';
  if (input === null || input === '') return 'is empty';
  if (typeof input === 'number' || typeof input === 'boolean') return `is ${input}`;
  if (typeof input === 'string') return 'is a text';
  return Array.isArray(input) ? 'is a list' : 'is a group of fields';
}

/** A group of fields in which each name is known. Its message for unknown ones lists the known ones. */
export function section<S extends z.core.$ZodLooseShape>(shape: S) {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? Object.keys(shape).join(' ')
        : say(
            `${kind(issue.input)}, not a group of fields`,
            `write ${Object.keys(shape).join(', ')} below it`,
          ),
  });
}

/** A text that matches; `remedy` says what it looks like. */
export const text = (remedy: string, pattern = /[^]/) =>
  z
    .string({
      error: ({ input }) => {
        const number = typeof input === 'number';
        return say(
          number ? `${kind(input)}, a number` : kind(input),
          number ? `${remedy}, in quotes` : remedy,
        );
      },
    })
    .regex(pattern, { error: ({ input }) => say(input === '' ? 'is empty' : 'is malformed', remedy) });

/** Numbers may come from `${PORT}`, which is a text. */
const numeral = (input: unknown) =>
  typeof input === 'string' && /^\d+(\.\d+)?$/.test(input) ? Number(input) : input;

/** A whole number of `least` to `most`; `meaning` is what it counts. */
export function whole(least: number, most: number, meaning: string) {
  const remedy = `write a whole number from ${least} to ${most}: ${meaning}`;
  const error = ({ input }: { readonly input?: unknown }) =>
    say(typeof input === 'string' && input !== '' ? 'is not a number' : kind(input), remedy);
  return z.preprocess(
    numeral,
    z.number({ error }).refine((n) => Number.isInteger(n) && n >= least && n <= most, { error }),
  );
}

const share = (meaning: string) =>
  z.preprocess(
    numeral,
    z
      .number({ error: ({ input }) => say(`${kind(input)}, not a share`, `write 0 to 1: ${meaning}`) })
      .refine((n) => n >= 0 && n <= 1, {
        error: ({ input }) => say(kind(input), `write 0 to 1: ${meaning}`),
      }),
  );

/** One of a few words. What was written is shown only if it resembles one of them. */
export const oneOf = <const W extends readonly string[]>(words: W) =>
  z.enum(words, {
    error: ({ input }) => {
      const meant = typeof input === 'string' ? nearest(input, words) : undefined;
      const problem = meant ? `is "${String(input)}"` : kind(input);
      const choice = `write ${words.join(' or ')}`;
      return say(
        typeof input === 'string' && input ? `${problem}, not one of the known words` : problem,
        meant ? `did you mean ${meant}?` : choice,
      );
    },
  });

const url = (schemes: RegExp, remedy: string) =>
  z
    .string({ error: ({ input }) => say(kind(input), remedy) })
    .refine((address) => schemes.test(address) && (address.startsWith('file:') || URL.canParse(address)), {
      error: ({ input }) => say(input === '' ? 'is empty' : 'is not such an address', remedy),
    });

const host = text('write a host name or address to listen on, such as 127.0.0.1', /^[\w.:-]{1,253}$/);
const port = whole(0, 65535, 'a TCP port; 0 takes any free one');
const name = 'small letters, digits and dashes, at most 63';
export const namePattern = /^[a-z0-9][a-z0-9-]{0,62}$/;
export const nameRemedy = `begin with a letter or digit and use ${name}`;

function judgeScope(text: string, context: z.RefinementCtx<string>): void {
  const scope = parseScope(text);
  if ('problem' in scope)
    context.addIssue({ code: 'custom', message: say(scope.problem, scope.remedy), path: [] });
}

const apiKey = section({
  name: text(nameRemedy, namePattern),
  sha256: text('write the SHA-256 of the key: 64 hexadecimal digits', /^[0-9a-fA-F]{64}$/).toLowerCase(),
  scopes: z
    .array(text('write a scope').superRefine(judgeScope), {
      error: ({ input }) => say(`${kind(input)}, not a list`, 'list what the key may do'),
    })
    .min(1, {
      error: say('is an empty list', 'list what the key may do; a key without scopes is of no use'),
    }),
});

const api = section({
  host: host.default('127.0.0.1'),
  port: port.default(8080),
  requestsPerSecond: whole(1, 1_000_000, 'requests of one key').default(1_000),
  keys: z
    .array(apiKey, {
      error: ({ input }) => say(`${kind(input)}, not a list`, 'list the keys, or leave it out'),
    })
    .default([]),
}).superRefine(({ keys }, context) => {
  keys.forEach((key, index) => {
    if (keys.findIndex((other) => other.name === key.name) === index) return;
    const message = say(
      'is the name of another key too',
      'give each key a name of its own: it stands on record',
    );
    context.addIssue({ code: 'custom', path: ['keys', index, 'name'], message });
  });
});

const brake = section({
  window: whole(1, 100_000, 'how many of the targets settled last are looked at').default(200),
  minimum: whole(1, 100_000, 'how many settled targets are evidence').default(100),
  absentShare: share('the share of absent targets that pauses a lane').default(0.5),
  refusedShare: share('the share of refused targets that pauses a lane').default(0.5),
}).refine((brake) => brake.minimum <= brake.window, {
  path: ['minimum'],
  error: say('is above the window, so that the brake could never act', 'make it at most brake.window'),
});

const list = <T extends z.ZodType>(entry: T, remedy: string) =>
  z.array(entry, { error: ({ input }) => say(`${kind(input)}, not a list`, remedy) }).default([]);

const patternRemedy = 'write a pattern such as prod-*: * is any characters, ? is one, all else is itself';

/** What may not be deleted, of everything or of one account; `protected.ts` reads the files. */
export const protectedLists = section({
  files: list(text('write the path of a file with one id a line'), 'list files with one id a line each'),
  // Spaces and invisible characters stand in no id: such a pattern would protect nothing.
  patterns: list(text(patternRemedy, /^[^\p{C}\p{Z}]+$/u), patternRemedy),
});

const signingRemedy = 'write at least 32 random characters, such as openssl rand -hex 32 prints';
const signingSecret = text(signingRemedy).refine((key) => key.length === 0 || key.length >= 32, {
  error: say('is too short to sign with', signingRemedy),
});

const databaseRemedy = 'write file:./data/ledger.db or postgres://user@host/name';

/** Everything but the accounts, which are judged one by one (`accounts.ts`). */
export const sections = section({
  dataDir: text('write the path of a directory').default('./data'),
  redis: section({
    url: url(/^rediss?:\/\/./, 'write redis://host:6379 or rediss://…').exactOptional(),
    ca: text('name a file of PEM certificates', /./).exactOptional(),
    prefix: text('use 1 to 64 letters, digits, dots, dashes', /^[\w.-]{1,64}$/).default('expunge'),
  }).prefault({}),
  database: section({ url: url(/^(file:|postgres(ql)?:\/\/)./, databaseRemedy).exactOptional() }).prefault(
    {},
  ),
  api: api.prefault({}),
  metrics: section({ host: host.default('127.0.0.1'), port: port.default(9464) }).prefault({}),
  approval: section({
    // Of a union's mistakes those of its last form are told.
    above: z
      .union([z.literal('off'), whole(0, 1_000_000_000, 'targets in a campaign, or off')])
      .default(10_000),
  }).prefault({}),
  egress: z
    .record(
      text(nameRemedy, namePattern),
      section({ perSecond: whole(1, 100_000, 'calls per second of the whole group') }),
      {
        error: (issue) =>
          issue.code === 'invalid_key'
            ? say('is not a name for an egress group', nameRemedy)
            : say(
                `${kind(issue.input)}, not a group of fields`,
                'write default: { perSecond: 300 }, or leave it out',
              ),
      },
    )
    .default({}),
  retry: section({
    attempts: whole(1, 100, 'attempts before a target is exhausted').default(8),
    ceilingMs: whole(1, 3_600_000, 'milliseconds between two attempts at most').default(30_000),
  }).prefault({}),
  // Of a union's mistakes those of its last form are told.
  brake: z.union([z.literal(false), brake]).prefault({}),
  protected: protectedLists.prefault({}),
  foreignJobs: oneOf(['refuse', 'allow']).default('refuse'),
  signingKey: signingSecret.exactOptional(),
  signingKeys: list(
    section({ id: text(nameRemedy, namePattern), key: signingSecret }),
    'list the keys, each as { id, key }: the first signs, all verify',
  ),
  log: section({ level: oneOf(logLevels).default('info') }).prefault({}),
  accounts: z.unknown().optional(),
});
