/**
 * npx tsx examples/produce.ts ACCOUNT OPERATION REASON ID...
 *
 * Without a server: needs the configuration of the workers (EXPUNGE_CONFIG), their ledger and their Redis.
 */
import { createProducer } from 'expunge/producer';

const [account = '', operation = '', reason = '', ...ids] = process.argv.slice(2);

const producer = await createProducer(process.env['EXPUNGE_API_KEY'] ? {} : { requester: 'example' });
const { id, accepted } = await producer.enqueue({ account, operation, ids, reason });
await producer.close();
console.log(`${accepted} accepted: ${id}`);
