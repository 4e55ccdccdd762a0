/** What a failed call most likely means for an account, in plain words. */
import type { Account } from '../../config.ts';
import type { Failure } from '../../deletion.ts';
import type { Operation, Read } from '../../providers/operation.ts';

type Hint = (account: Account, operation: Operation, read: Read) => string;

const hostOf = ({ site }: Account): string => site.endpoint ?? `the host of region ${site.region}`;

const secret: Hint = ({ name }) =>
  `The secret does not belong to the key id: correct accounts.${name}.credentials. No space, no newline, not cut off?`;
const key: Hint = ({ name, site }) =>
  `The key is unknown, disabled or of another site than ${site.region}: correct accounts.${name}.credentials.`;
const token: Hint = ({ name }) =>
  `The temporary token has run out or belongs to another key: renew accounts.${name}.credentials.`;
const time: Hint = () =>
  'The clock of this machine is off by more than the provider allows (15 minutes): set it, best by NTP.';
const place: Hint = ({ name, site }) =>
  `No such service there: is the region ${site.region} of accounts.${name} right, and is the service offered in it?`;
const iam: Hint = ({ name }) =>
  `Key and secret don't belong together, the token has run out, or the clock of this machine is off: ` +
  `check accounts.${name}.credentials and the time.`;
const denied: Hint = (_, { permission }, { action }) =>
  `The signature is right, but the key may not call ${action}. A key that may only delete (${permission}) ` +
  `is refused here and works all the same; else grant it.`;
const service: Hint = () => 'The service is not activated, or suspended: look into the provider’s console.';
const project: Hint = ({ name, site }) =>
  `The project is not one of region ${site.region}, or not the key's: correct accounts.${name}.projectId.`;

/** By code; the last word is a code's class. Sources: the tables of `error-codes.ts`. */
const byCode: readonly (readonly [hint: Hint, ...codes: RegExp[]])[] = [
  [secret, /^SignatureDoesNotMatch$/, /^IncompleteSignature$/],
  [key, /^InvalidAccessKeyId\./, /^MissingAccessKeyId$/],
  [token, /SecurityToken/, /^APIGW?\.0307$/],
  [time, /^InvalidTimeStamp\.Expired$/],
  [place, /^Invalid(Action|Api|Product)\.NotFound$/, /^APIGW?\.0101$/],
  [iam, /^APIGW?\.0301$/, /^VOD\.10054$/],
  [project, /^APIGW?\.0310$/, /^ProjectNotFound$/],
  [denied, /^Forbidden/, /^NoPermission$/, /^APIGW?\.0302$/, /^VOD\.1005[567]$/],
  [service, /^OperationDenied/],
];

/** By the codes that the transport gives where there was no answer. */
const byTrouble: Readonly<Record<string, Hint>> = {
  dns: (account) =>
    `No such host: is the region ${account.site.region} spelt right? If it is, this machine's DNS does not resolve it.`,
  'connect-refused': (account) =>
    `Nothing listens at ${hostOf(account)}: start it, or correct accounts.${account.name}.endpoint.`,
  'connect-timeout': (account) =>
    `${hostOf(account)} can't be reached from here: a firewall, a proxy, or a private endpoint from outside?`,
  'connect-failed': (account) => `No connection to ${hostOf(account)}: TLS, proxy, or the wrong port?`,
  timeout: (account) => `${hostOf(account)} takes connections and does not answer: try again later.`,
  reset: (account) => `${hostOf(account)} broke the connection: a proxy in between, or the wrong port?`,
  unreadable: (account) =>
    `What answers at ${hostOf(account)} is not the provider: a proxy, or the wrong port?`,
};

export function hintFor(
  { code, class: is }: Failure,
  account: Account,
  operation: Operation,
  read: Read,
): string {
  const named = byCode.find(([, ...codes]) => codes.some((pattern) => pattern.test(code)))?.[0];
  const hint = named ?? (Object.hasOwn(byTrouble, code) ? byTrouble[code] : undefined);
  if (hint) return hint(account, operation, read);
  return is === 'unauthorized'
    ? `The account can't act: look the code up at the provider, and check accounts.${account.name}.`
    : 'The provider has trouble of its own, it seems: try again later.';
}
