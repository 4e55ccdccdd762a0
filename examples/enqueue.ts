/** npx tsx examples/enqueue.ts ACCOUNT OPERATION REASON ID... */
import { ExpungeClient } from 'expunge/client';

const [account = '', operation = '', reason = '', ...ids] = process.argv.slice(2);
const { EXPUNGE_URL: url = 'http://127.0.0.1:8080', EXPUNGE_API_KEY: apiKey } = process.env;

const client = new ExpungeClient({ url, ...(apiKey && { apiKey }) });
const { id, accepted } = await client.deletions.create({ account, operation, ids, reason });
console.log(`${accepted} accepted: ${id}`);
