import type { Answer } from './answer.ts';
import type { Fault } from './faults.ts';
import { refuse, type Refusal } from './refusal.ts';

/** What goes out, and how it comes to grief on the way. */
export interface Delivery extends Answer {
  /** Milliseconds until it is sent; Infinity: never, until the client leaves. */
  readonly delay: number;
  /** `cut`: the headers promise all of the body, half of it comes. `reset`: nothing but a TCP reset. */
  readonly end: 'whole' | 'cut' | 'reset';
}

/** The answer of a fault that says no instead of doing anything; undefined for other kinds. */
export function refusalOf({ kind, code }: Fault, provider: 'alibaba' | 'huawei'): Refusal | undefined {
  const alibaba = provider === 'alibaba';
  switch (kind) {
    case 'throttle':
      return refuse(code ?? (alibaba ? 'Throttling.User' : 'APIGW.0308'), undefined, alibaba ? 400 : 429);
    case 'error-5xx':
      return refuse(code ?? (alibaba ? 'InternalError' : 'APIGW.0601'), undefined, 500);
    case 'unknown-code':
      return refuse(code ?? (alibaba ? 'SomethingElse.Unheard' : 'VOD.19999'), 'Nobody has heard of this.');
    case 'unauthorized':
      return refuse(code ?? (alibaba ? 'Forbidden.RAM' : 'APIGW.0301'), undefined, 403);
    default:
      return undefined;
  }
}

/** How the record calls a call whose answer was not let through as it was; '' for all others. */
export function spoiltAs(fault: Fault | undefined): string {
  switch (fault?.kind) {
    case 'reset-before':
    case 'reset-after':
    case 'timeout-after':
    case 'malformed':
    case 'truncated':
    case 'html':
    case 'empty':
    case 'wrong-type':
    case 'huge':
    case 'stranger':
    case 'unnamed':
      return fault.kind;
    default:
      return '';
  }
}

/** Each list of a JSON answer, as `change` has it; the answer in a list where it holds none. */
function withLists(body: string, change: (list: readonly unknown[]) => unknown): string {
  const fields = Object.entries(JSON.parse(body) as Record<string, unknown>);
  const changed = fields.map(
    ([name, value]) => [name, Array.isArray(value) ? change(value) : value] as const,
  );
  const bare = !fields.some(([, value]) => Array.isArray(value));
  return JSON.stringify(bare ? [Object.fromEntries(fields)] : Object.fromEntries(changed));
}

/** One more entry, formed like the others, that names what nobody asked for. */
const withStranger = (list: readonly unknown[]): readonly unknown[] => [
  ...list,
  typeof list[0] === 'object' ? { ...list[0], task_id: stranger } : stranger,
];
const stranger = 'never-sent-1';

/** A valid answer as far as a parser can tell that reads all of it. */
const hugeBytes = 5 << 20;

const page = '<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>';

/** The unreadable kinds come with status 200, whatever it was that they hide. */
export function spoil(answer: Answer, fault: Fault | undefined, latency: number): Delivery {
  const whole: Delivery = { ...answer, delay: latency, end: 'whole' };
  switch (fault?.kind) {
    case 'reset-before':
    case 'reset-after':
      return { ...whole, end: 'reset' };
    case 'timeout-after':
      return { ...whole, delay: fault.ms ?? Infinity };
    case 'slow':
      return { ...whole, delay: latency + (fault.ms ?? 1_000) };
    case 'malformed':
      return { ...whole, status: 200, body: answer.body.slice(0, -1) };
    case 'truncated':
      return { ...whole, status: 200, end: 'cut' };
    case 'html':
      return { ...whole, status: 200, headers: { 'content-type': 'text/html' }, body: page };
    case 'empty':
      return { ...whole, status: 200, body: '' };
    case 'wrong-type':
      return { ...whole, status: 200, body: withLists(answer.body, (list) => list.join()) };
    case 'huge':
      return { ...whole, status: 200, body: answer.body.padEnd(hugeBytes) };
    case 'stranger':
      return { ...whole, body: withLists(answer.body, withStranger) };
    case 'unnamed':
      return { ...whole, body: withLists(answer.body, (list) => list.slice(1)) };
    case 'throttle':
      // The only hint that the vendor's current SDK core reads, in milliseconds (@alicloud/openapi-core 1.0.8).
      return fault.ms === undefined
        ? whole
        : { ...whole, headers: { ...answer.headers, 'x-acs-retry-after': String(fault.ms) } };
    default:
      return whole;
  }
}
