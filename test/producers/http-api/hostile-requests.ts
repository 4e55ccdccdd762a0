/** Requests that grow out of the OpenAPI document: one that is right, and then a few things wrong with it. */
import fc from 'fast-check';
import { gzipSync } from 'node:zlib';
import { image, media, thumbnails, video } from '../../accounts.ts';
import { document, operations, type Operation, type Schema } from './document.ts';
import { chunked, type RawRequest } from './raw-http.ts';
import { requestOf, type Named } from './requests.ts';

/** It looks like an API key, and stands wherever something was put in that must not be repeated. */
export const planted = `expunge_${'Zz-_'.repeat(11).slice(0, 43)}`;

const deep = (depth: number, open: string, close: string) => open.repeat(depth) + close.repeat(depth);
const long = (length: number) => 'x'.repeat(length);

const nastyTexts = [
  ...['', ' ', '\0', 'a\0b', '\n', '\ud800', '💩', 'ä', '‮', '__proto__', 'constructor', 'toString', planted],
  ...[
    "' OR 1=1 --",
    '../../etc/passwd',
    '${jndi:x}',
    '{{7*7}}',
    '<script>',
    'null',
    'NaN',
    '-0',
    '*',
    'a,b',
    '%00',
  ],
  ...[
    long(63),
    long(64),
    long(100),
    long(101),
    long(1_024),
    long(1_025),
    long(2_048),
    long(2_049),
    long(4_097),
  ],
];
const text = fc.oneof(fc.constantFrom(...nastyTexts), fc.string({ unit: 'binary', maxLength: 40 }));

const junk: fc.Arbitrary<unknown> = fc.oneof(
  text,
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    0,
    -1,
    1.5,
    1e308,
    2 ** 53,
    -(2 ** 63),
    {},
    [],
    [[]],
    [null],
    '1',
  ),
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>(JSON.parse(deep(900, '[', ']')), { by: 'imageUrl' }, { by: 'videoId', id: 7 }),
);

const resolved = (schema: Schema | undefined): Schema =>
  schema?.$ref === undefined
    ? (schema ?? {})
    : (document.components.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {});

interface Bounded extends Schema {
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** What stands at the edges of what a schema allows, and just beyond them. */
function edges(schema: Bounded): readonly unknown[] {
  const { maxLength, maxItems, minimum, maximum, enum: values = [] } = schema;
  return [
    ...(maxLength === undefined ? [] : [long(maxLength), long(maxLength + 1), '💩'.repeat(maxLength)]),
    ...(maxItems === undefined
      ? []
      : [maxItems, maxItems + 1].map((n) => Array.from({ length: n }, (_, i) => `e${i}`))),
    ...(minimum === undefined ? [] : [minimum, minimum - 1]),
    ...(maximum === undefined ? [] : [maximum, maximum + 1]),
    ...values.flatMap((value) => [value, `${value} `, value.toUpperCase()]),
  ];
}
const valueFor = (schema: Bounded): fc.Arbitrary<unknown> => {
  const some = edges(schema);
  return some.length === 0 ? junk : fc.oneof(fc.constantFrom(...some), junk);
};

type Change = (body: Record<string, unknown>) => void;

/** One thing wrong, or odd, with a body of this schema. */
function change(schema: Schema): fc.Arbitrary<Change> {
  const fields = Object.entries(resolved(schema).properties ?? {});
  if (fields.length === 0) return fc.constant(() => undefined);
  const set = fc.constantFrom(...fields).chain(([name, field]) =>
    valueFor(field).map(
      (value): Change =>
        (body) =>
          void (body[name] = value),
    ),
  );
  const left = fc.constantFrom(...fields).map(
    ([name]): Change =>
      (body) =>
        void Reflect.deleteProperty(body, name),
  );
  // Names of fields are repeated, by pointers: whoever sends a secret as a name has asked for that.
  const names = text.filter((name) => name !== planted);
  const extra = fc.tuple(names, junk).map(
    ([name, value]): Change =>
      (body) =>
        void Object.defineProperty(body, name, {
          value,
          enumerable: true,
          configurable: true,
          writable: true,
        }),
  );
  return fc.oneof({ arbitrary: set, weight: 4 }, left, extra);
}

/** What becomes of the text once it is written. */
const rewritten: fc.Arbitrary<(text: string) => Buffer> = fc.oneof(
  { weight: 8, arbitrary: fc.constant((json: string) => Buffer.from(json)) },
  fc.constantFrom(
    (json: string) => Buffer.from(json.slice(0, -1)),
    (json: string) => Buffer.from(json.replace(/^\{/, '{"ids":["twice"],"reason":"first","confirm":0,')),
    (json: string) => Buffer.from(json.replace(/\}$/, ',"ids":["twice"],"reason":"last"}')),
    (json: string) => Buffer.from(`\ufeff${json}`),
    (json: string) => Buffer.from(json, 'utf16le'),
    (json: string) => Buffer.from(`${json}x`),
    (json: string) => Buffer.concat([Buffer.from(json.slice(0, 12)), Buffer.from([0xc3, 0x28, 0xff])]),
    (json: string) => gzipSync(json),
    () => Buffer.alloc(0),
    () => Buffer.from('null'),
    () => Buffer.from(deep(50_000, '[', ']')),
    () => Buffer.from(deep(50_000, '{"a":', '}')),
    () => Buffer.from(`{"reason":"${long(999_980)}"}`),
    () => Buffer.from(`{"reason":"${long(1_000_001)}"}`),
    () => Buffer.from(`{"${'\\u0000'.repeat(100)}":1e999}`),
  ),
  fc.uint8Array({ maxLength: 60 }).map((bytes) => () => Buffer.from(bytes)),
);

const lists: fc.Arbitrary<Buffer> = fc.oneof(
  fc
    .constantFrom(
      ...[
        'v1',
        'v1\nv2\r\nv1\n',
        '"v1"\n{"by":"videoId","id":"v2"}',
        'id,title\nv1,a\n',
        '',
        '\n\n',
        '\ufeffv1',
        'a b\nc',
      ],
      ...[
        '"',
        '{"by":',
        'id;title',
        '\0',
        long(70_000),
        'keep-1\nv1',
        `v1\n${'x y\n'.repeat(1_200)}`,
        '"a\n'.repeat(50),
      ],
    )
    .map((list) => Buffer.from(list)),
  fc.array(text, { maxLength: 5 }).map((all) => Buffer.from(all.join('\n'))),
  fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes)),
  fc.constantFrom(gzipSync('v1\nv2'), gzipSync('v1').subarray(0, 12), gzipSync('v'.repeat(200_000))),
);

const types = [
  ...[
    'application/json',
    'application/json; charset=utf-8',
    'application/json; charset=utf-16',
    'APPLICATION/JSON',
  ],
  ...[
    'text/plain',
    'text/csv',
    'application/x-ndjson',
    'application/xml',
    'multipart/form-data; boundary=x',
    '',
  ],
  ...[
    'application/x-www-form-urlencoded',
    'json',
    'application/json, text/plain',
    '/',
    ';',
    `text/${long(300)}`,
  ],
];

const segments = [
  ...[
    '..',
    '.',
    '%2e%2e',
    '%2e%2e%2f%2e%2e',
    '%2f',
    '%00',
    'a%00b',
    '%ff',
    '%',
    '%zz',
    '%c0%ae',
    '%F0%9F%92%A9',
  ],
  ...[
    '%E2%80%AE',
    ';a=b',
    'a;b',
    'a.',
    '...',
    '',
    '*',
    '{name}',
    ':name',
    '~',
    '%20',
    '\\',
    "'%20OR%201=1",
    '__proto__',
  ],
  ...[
    long(62),
    long(64),
    long(101),
    long(4_096),
    long(4_097),
    '%61'.repeat(63),
    planted,
    'spring',
    'hw-prod',
    '\xe9',
    '\x00',
  ],
];
const places: readonly ((path: string) => string)[] = [
  ...['/', '/.', '/%2e', '/v1/..', '/x/../'].map((before) => (path: string) => before + path),
  ...[
    '/',
    '//',
    '/.',
    '/..',
    '%2f',
    '?',
    '#',
    '?a[b]=c&a=%',
    ';',
    '.json',
    '%20',
    '?__proto__[x]=1',
    `?${long(9_000)}`,
  ].map((after) => (path: string) => path + after),
  (path) => path.toUpperCase(),
  (path) => path.replaceAll('/', '\\'),
  (path) => path.replace('/v1/', '/v1//'),
  (path) => path.replace('/v1/', '/v1%2f'),
  (path) => `http://elsewhere.example${path}`,
  () => '*',
  () => 'nothing',
];

const headerValues = [
  '',
  '*',
  planted,
  'a'.repeat(256),
  long(9_000),
  long(17_000),
  '\x01\x02',
  'a\0b',
  'ä',
  '"',
  ', ,',
  '-1',
];
const headerNames = [
  ...[
    'Idempotency-Key',
    'Authorization',
    'Content-Type',
    'Content-Encoding',
    'Accept',
    'Expect',
    'X-Forwarded-For',
  ],
  ...[
    'Host',
    'Origin',
    'Cookie',
    'Range',
    'X-HTTP-Method-Override',
    'Content-Length',
    'Transfer-Encoding',
    'Upgrade',
  ],
  ...['X\x01', 'X Y', '', '__proto__', 'X-Request-Id', 'Accept-Encoding', 'TE', 'Trailer'],
];
const methods = [
  'GET',
  'POST',
  'PUT',
  'DELETE',
  'PATCH',
  'HEAD',
  'OPTIONS',
  'TRACE',
  'CONNECT',
  'PURGE',
  'get',
  'NOPE',
  '',
];

type Framing = (body: Buffer) => {
  readonly headers: RawRequest['headers'];
  readonly body: Buffer;
  readonly ends?: true;
};
const sized = (length: number): RawRequest['headers'] => [['Content-Length', String(length)]];
const whole: Framing = (body) => ({ headers: sized(body.length), body });
const framings: readonly Framing[] = [
  (body) => ({ headers: [['Transfer-Encoding', 'chunked']], body: chunked(body, 7) }),
  (body) => ({ headers: [['Transfer-Encoding', 'chunked']], body: chunked(body, 70_000) }),
  // it breaks off
  (body) => ({ headers: sized(body.length + 100), body, ends: true }),
  (body) => ({
    headers: [['Transfer-Encoding', 'chunked']],
    body: chunked(body, 3).subarray(0, -4),
    ends: true,
  }),
  () => ({ headers: [['Transfer-Encoding', 'chunked']], body: Buffer.from('zz\r\n'), ends: true }),
  // two lengths: whoever reads the other one reads another request (smuggling)
  (body) => ({ headers: [...sized(body.length), ...sized(body.length + 1)], body, ends: true }),
  (body) => ({
    headers: [...sized(body.length), ['Transfer-Encoding', 'chunked']],
    body: chunked(body, 9),
    ends: true,
  }),
  (body) => ({ headers: [['Content-Length', '1e3']], body, ends: true }),
  () => ({ headers: [], body: Buffer.alloc(0) }),
];

/** Mostly as it should be, so that what is odd is met where it counts. */
const mostly = <T>(usual: T, odd: fc.Arbitrary<T>, weight = 6): fc.Arbitrary<T> =>
  fc.oneof({ arbitrary: fc.constant(usual), weight }, odd);

export interface Hostile {
  readonly operationId: string;
  readonly request: RawRequest;
}

/** What brings ids into the ledger is asked more often. */
const opening = ['createDeletion', 'planCampaign'];

/** Of any operation; `of` names what is on record. */
export const hostile = (of: Partial<Named>): fc.Arbitrary<Hostile> => {
  const names = fc.record({
    account: mostly('media-prod', fc.constantFrom('hw-prod', 'nope')),
    operation: mostly(video, fc.constantFrom(image, media, thumbnails, 'nope')),
    target: fc.oneof(
      fc.nat(500).map((n) => `id${n}`),
      text,
    ),
    planned: mostly('spring', fc.stringMatching(/^[a-z]{2,4}$/), 1),
    reason: mostly('fuzzing', text),
  });
  return fc
    .tuple(
      fc.constantFrom(
        ...operations,
        ...operations.filter(({ operationId }) => opening.includes(operationId)),
      ),
      names,
    )
    .chain(([operation, named]) => requestFor(operation, { ...of, ...named }));
};

function requestFor(operation: Operation, named: Partial<Named>): fc.Arbitrary<Hostile> {
  const { operationId, method, path: usualPath, sent } = withSafeUrl(operation.operationId, named);
  const schema = operation.requestBody?.content['application/json']?.schema;
  const usual = sent.body as Record<string, unknown> | undefined;
  const raw = typeof sent.raw === 'string' ? Buffer.from(sent.raw) : undefined;
  const json = fc
    .tuple(fc.array(change(schema ?? {}), { maxLength: 2 }), rewritten)
    .map(([changes, rewrite]) => {
      const body = { ...usual };
      for (const each of changes) each(body);
      return rewrite(JSON.stringify(body));
    });
  const body = raw ? mostly(raw, lists, 2) : usual ? json : mostly(Buffer.alloc(0), json);
  const type = raw ? 'text/plain' : usual ? 'application/json' : '';
  return fc
    .record({
      method: mostly(method, fc.constantFrom(...methods), 15),
      target: mostly(usualPath, oddPath(operation, usualPath), 4),
      type: mostly(type, fc.constantFrom(...types), 10),
      key: mostly(
        'Bearer ann-key',
        fc.constantFrom('', `Bearer ${planted}`, 'Bearer ann-key x', 'Basic x'),
        25,
      ),
      odd: mostly(
        [],
        fc.array(fc.tuple(fc.constantFrom(...headerNames), fc.constantFrom(...headerValues)), {
          maxLength: 2,
        }),
      ),
      framing: mostly(whole, fc.constantFrom(...framings)),
      host: mostly(true, fc.constant(false), 60),
      body,
    })
    .map(({ method, target, type, key, odd, framing, host, body }) => {
      const framed = framing(body);
      const headers: RawRequest['headers'] = [
        ...(host ? ([['Host', '127.0.0.1']] as const) : []),
        ...(key === '' ? [] : ([['Authorization', key]] as const)),
        ...(type === '' ? [] : ([['Content-Type', type]] as const)),
        ...odd,
        ...framed.headers,
      ];
      return shown({ operationId, request: { ...framed, method, target, headers } });
    });
}

/** As a report of what went wrong has room for it. */
function shown(asked: Hostile): Hostile {
  const { method, target, headers, body, ends } = asked.request;
  const head = headers.map(([name, value]) => `${name}: ${value.slice(0, 100)}`);
  const rest = `${body.length} bytes ${JSON.stringify(body.subarray(0, 300).toString())}${ends ? ' and breaks off' : ''}`;
  const text = [`${method} ${target.slice(0, 300)}`, ...head, rest].join('\n');
  return Object.assign(asked, { [fc.toStringMethod]: () => `\n${text}\n` });
}

/** Its path with some parameter replaced, or set somewhere else; its query with odd values. */
function oddPath({ path, parameters = [] }: Operation, usual: string): fc.Arbitrary<string> {
  const queries = parameters.filter((each) => each.in === 'query');
  const [bare = '', query = ''] = usual.split('?');
  const inPath = fc
    .constantFrom(...segments)
    .map((segment) => path.replaceAll(/\{\w+\}/g, () => segment) + (query && `?${query}`));
  const elsewhere = fc.constantFrom(...places).map((place) => place(usual));
  if (queries.length === 0) return fc.oneof(inPath, elsewhere);
  const value = (schema: Bounded) => valueFor(schema).map((given) => encoded(String(given)));
  const inQuery = fc
    .array(
      fc
        .constantFrom(...queries)
        .chain(({ name, schema }) => value(schema).map((given) => `${name}=${given}`)),
      {
        minLength: 1,
        maxLength: 3,
      },
    )
    .map((pairs) => `${bare}?${[query, ...pairs].filter((pair) => pair !== '').join('&')}`);
  return fc.oneof(inPath, elsewhere, { arbitrary: inQuery, weight: 3 });
}

const encoded = (given: string) => encodeURIComponent(given.toWellFormed()).slice(0, 12_000);

/** What can't stand in a URL as it is. */
function withSafeUrl(operationId: string, named: Partial<Named>) {
  return requestOf(
    operationId,
    Object.fromEntries(
      Object.entries(named).map(([name, value]) => [
        name,
        typeof value === 'string' ? value.toWellFormed() : value,
      ]),
    ),
  );
}
