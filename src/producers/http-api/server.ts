/**
 * The HTTP API: fastify with its limits set, the routes, and problems for whatever goes wrong. It needs the ledger
 * alone: without Redis ids are accepted and fed later.
 */
import rateLimit from '@fastify/rate-limit';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import fastify, { type FastifyInstance } from 'fastify';
import type { ZodType } from 'zod';
import { answerErrors, answerMalformed, tell } from './answer-errors.ts';
import type { Api } from './api.ts';
import { authenticate } from './authenticate.ts';
import { campaignRoutes } from './campaigns.ts';
import { deletionRoutes } from './deletions.ts';
import { validated } from '../fields.ts';
import { laneRoutes } from './lanes.ts';
import { observe } from './observe.ts';
import { openApi } from './openapi.ts';
import { invalid, Refusal } from '../problem.ts';
import { discardTheRest, patience } from './patience.ts';
import { publicRoutes } from './public.ts';
import { targetRoutes } from './targets.ts';

/** Of a JSON body: 1,000 ids with room to spare. */
const bodyBytes = 1_000_000;
/** Without a byte in either direction a connection is closed. */
const idleMs = 30_000;
/** Open at once; more are closed at the door. */
const mostConnections = 1_000;

/** Of the page /docs and its parts, which are large, to one address that need show no key. */
const pagesPerSecond = 100;
const tooMany = () => new Refusal('too-many', 'This key asks faster than it may.', [], 1);

export async function createApi(api: Api): Promise<FastifyInstance> {
  const { clock, config, log } = api;
  const answer = answerErrors(log);
  const malformed = answerMalformed(() => clock.id());
  const app = fastify({
    bodyLimit: bodyBytes,
    connectionTimeout: idleMs,
    keepAliveTimeout: idleMs,
    // Bodies have a limit of their own (`patience`): a campaign may take hours to arrive.
    requestTimeout: 0,
    http: { headersTimeout: 10_000, maxHeaderSize: 16_384, connectionsCheckingInterval: 5_000 },
    genReqId: () => clock.id(),
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 4_096 },
    // Connections that are idle end at once, requests under way are finished.
    forceCloseConnections: 'idle',
    frameworkErrors: (error, request, reply) => answer(error, request, reply),
    clientErrorHandler: malformed.answer,
  });
  app.server.maxConnections = mostConnections;
  app.server.on('request', malformed.began);
  app.setValidatorCompiler<ZodType>(({ schema, httpPart }) => (data) => {
    const read = validated(schema, data, httpPart);
    return 'errors' in read ? { error: invalid(read.errors) } : read;
  });
  // Answers are made by us and held against their schemas by the tests: no need to look at each again.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  // Text is a campaign's.
  app.removeContentTypeParser('text/plain');
  app.setErrorHandler(answer);
  app.setNotFoundHandler((request, reply) =>
    tell(new Refusal('not-found', 'There is no such path: see /openapi.json.'), request, reply),
  );
  app.addHook('onRequest', async (request, reply) => void reply.header('x-request-id', request.id));
  discardTheRest(app, clock);
  let closing = false;
  app.addHook('preClose', async () => void (closing = true));
  // A connection that stays open after the last answer would hold the end up.
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (closing) void reply.header('connection', 'close');
    done();
  });
  // Paths that there are not, and pages, count too.
  observe(app, api);
  await app.register(swagger, openApi(api.version));
  await app.register(async (page) => {
    await page.register(rateLimit, { max: pagesPerSecond, timeWindow: 1_000, errorResponseBuilder: tooMany });
    await page.register(swaggerUi, { routePrefix: '/docs', logLevel: 'silent' });
  });
  // The page is public; what follows holds for the routes alone.
  await app.register(async (ours) => {
    authenticate(ours, api);
    patience(ours, clock);
    await ours.register(rateLimit, {
      max: config.api.requestsPerSecond,
      timeWindow: 1_000,
      keyGenerator: ({ person, ip }) => person?.name ?? ip,
      errorResponseBuilder: tooMany,
    });
    for (const routes of [deletionRoutes, campaignRoutes, laneRoutes, targetRoutes, publicRoutes])
      await ours.register(routes(api));
  });
  await app.ready();
  return app;
}

export interface RunningApi {
  readonly port: number;
  /** Requests under way are finished; new ones are not taken. */
  close(): Promise<void>;
}

/** Rejects if the port is taken or the host is not ours to listen on. */
export async function startApi(api: Api): Promise<RunningApi> {
  const app = await createApi(api);
  const { host, port } = api.config.api;
  await app.listen({ host, port });
  const address = app.server.address();
  return {
    port: typeof address === 'object' && address ? address.port : port,
    close: () => app.close(),
  };
}

/** The OpenAPI document, which no configuration changes. Nothing is served for it: no route is entered. */
export async function describeApi(api: Pick<Api, 'config' | 'clock' | 'version'>): Promise<object> {
  const app = await createApi({ ...api, lanes: [] } as unknown as Api);
  const document = app.swagger();
  await app.close();
  return document;
}
