/** What the API is measured by: a fastify route that validates the same bodies with the same schema, and answers 202. */
import fastify from 'fastify';
import type { ZodType } from 'zod';
import { deletionBody } from '../src/producers/deletion-schema.ts';
import { validated } from '../src/producers/fields.ts';

const app = fastify();
app.setValidatorCompiler<ZodType>(({ schema, httpPart }) => (data) => {
  const read = validated(schema, data, httpPart);
  return 'errors' in read ? { error: new Error('invalid') } : read;
});
let asked = 0;
app.post('/v1/deletions', { schema: { body: deletionBody } }, async (_request, reply) => {
  asked += 1;
  return reply.code(202).send({ id: String(asked), accepted: 20, duplicates: 0, alreadySettled: 0 });
});
await app.listen({ host: '127.0.0.1', port: 0 });
const address = app.server.address();
const port = typeof address === 'object' ? address?.port : undefined;
process.stdout.write(`${JSON.stringify({ started: true, api: port, metrics: 0 })}\n`);
process.on('SIGTERM', () => process.exit(0));
