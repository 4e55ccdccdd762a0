/**
 * How long a JSON body may take to arrive, and what is left of any that was answered already. Whoever drips one holds
 * a connection; a campaign's body is a stream.
 */
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../../clock.ts';
import { Refusal } from '../problem.ts';

const bodyMs = 10_000;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The body may take as long as it goes on coming. */
    readonly streamed?: boolean;
  }
}

export function patience(app: FastifyInstance, clock: Clock): void {
  app.addHook('preParsing', async (request, reply, payload) => {
    if (request.routeOptions.config.streamed) {
      // It has come; what is made of it may take longer than a connection may be silent.
      payload.once('end', () => request.raw.setTimeout(0));
      return;
    }
    const cancel = clock.after(bodyMs, () => {
      // What was whole in time, or is read by nobody, keeps nobody waiting: only its answer may take long.
      if (request.raw.complete || payload.listenerCount('error') === 0) return;
      // Its reader has this answered. To destroy the request would end the connection before the answer is out.
      void reply.header('connection', 'close');
      payload.emit('error', new Refusal('timeout', `The body did not arrive within ${bodyMs / 1_000} s.`));
    });
    payload.once('close', cancel);
    payload.once('end', cancel);
  });
}

/**
 * An answer that came before its request was read, such as 401, 404 or a refused list: the rest is still taken for a
 * while, or the answer would be lost with the connection, but not without end.
 */
export function discardTheRest(app: FastifyInstance, clock: Clock): void {
  app.addHook('onResponse', async ({ raw }) => {
    if (raw.complete || raw.socket.destroyed) return;
    const cancel = clock.after(bodyMs, () => raw.socket.destroy());
    raw.once('end', cancel);
    raw.socket.once('close', cancel);
  });
}
