/**
 * Preloaded into a worker process (`node --import`): makes trouble there from the start (`TROUBLE`) or when its
 * parent says so, and says when it is over and what it sends. So it is the program itself that is in trouble, not a
 * copy of it made for the test. Plain JavaScript, since the process's threads preload it too, and have no TypeScript
 * loader.
 */
import { ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { isMainThread } from 'node:worker_threads';

let skew = 0;
const realNow = Date.now;

/** The event loop stands still. @param {number} ms */
function block(ms) {
  for (const end = performance.now() + ms; performance.now() < end;);
}

/** Each new connection takes so much longer to stand, from now on. @param {number} ms */
function delayConnections(ms) {
  const prototype = /** @type {{ connect: Function, connecting: boolean }} */ (
    /** @type {unknown} */ (Socket.prototype)
  );
  const { connect } = prototype;
  prototype.connect = /** @this {{ connecting: boolean }} @param {unknown[]} given */ function (...given) {
    this.connecting = true;
    setTimeout(() => connect.apply(this, given), ms);
    return this;
  };
}

/** The process dies at each queue job that names this id, before anything is known of the job. @param {string} id */
function dieOf(id) {
  const { parse } = JSON;
  JSON.parse = (text, ...rest) => {
    const job = typeof text === 'string' && text.includes('"targets":');
    if (job && text.includes(JSON.stringify(id))) process.kill(process.pid, 'SIGKILL');
    return parse(text, ...rest);
  };
}

/** The process dies before a byte of such an answer is written: a method and a status. @param {string} answer */
function dieAnswering(answer) {
  const prototype = /** @type {{ writeHead: Function, req: { method?: string } }} */ (
    /** @type {unknown} */ (ServerResponse.prototype)
  );
  const { writeHead } = prototype;
  prototype.writeHead = /** @this {{ req: { method?: string } }} @param {unknown[]} given */ function (
    ...given
  ) {
    if (`${this.req.method} ${given[0]}` === answer) process.kill(process.pid, 'SIGKILL');
    return writeHead.apply(this, given);
  };
}

/** Tells the parent of each call as it is handed to the socket, by the clock that a machine's processes share. */
function tellWrites() {
  const { write } = Socket.prototype;
  Socket.prototype.write = /** @param {unknown[]} given */ function (...given) {
    const at = Number(process.hrtime.bigint()) / 1e6;
    const written = Reflect.apply(write, this, given);
    const [, action] = (typeof given[0] === 'string' && /^x-acs-action: (\w+)/im.exec(given[0])) || [];
    if (action) process.send?.({ written: { action, at } });
    return written;
  };
}

/** @param {import('./worker-process.ts').Trouble} trouble */
function make(trouble) {
  if ('dieAnswering' in trouble) dieAnswering(trouble.dieAnswering);
  if ('dieOf' in trouble) dieOf(trouble.dieOf);
  if ('blockMs' in trouble) block(trouble.blockMs);
  if ('stepMs' in trouble) skew += trouble.stepMs;
  if ('connectMs' in trouble) delayConnections(trouble.connectMs);
}

if (isMainThread) {
  Date.now = () => realNow() + skew;
  globalThis.Date = new Proxy(Date, {
    construct: (date, given, made) =>
      /** @type {Date} */ (Reflect.construct(date, given.length > 0 ? given : [date.now()], made)),
  });
  tellWrites();
  const { TROUBLE } = process.env;
  if (TROUBLE) make(JSON.parse(TROUBLE));
  process.on('message', (/** @type {import('./worker-process.ts').Trouble} */ trouble) => {
    make(trouble);
    process.send?.({ over: true });
  });
}
