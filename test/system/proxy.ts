/**
 * A network in trouble: a TCP proxy on loopback that loses, holds, delays, cuts or refuses what passes. A fault
 * holds for all connections, standing and new, until it heals. What a black hole swallows is lost, and so for good
 * is the connection it came from, as when a middlebox forgets it: only timeouts of their own can tell the two ends.
 */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export type Fault =
  /** Connections are accepted; nothing comes through. */
  | { readonly kind: 'black-hole' }
  /** What flows from the client, or to it, stands still; it arrives when the fault heals. */
  | { readonly kind: 'half-open'; readonly stopped: 'requests' | 'answers' }
  /** Each direction takes so much longer. */
  | { readonly kind: 'latency'; readonly ms: number }
  | { readonly kind: 'refuse' }
  /** Each connection is reset once so many bytes, both directions together, have passed under this fault. */
  | { readonly kind: 'cut'; readonly afterBytes: number };

interface Stream {
  readonly from: Socket;
  readonly to: Socket;
  /** Chunks on their way, in order; none is the end. */
  readonly held: { readonly due: number; readonly chunk: Buffer | undefined }[];
  timer?: NodeJS.Timeout;
}

interface Link {
  readonly requests: Stream;
  readonly answers: Stream;
  lost: boolean;
  passed: number;
}

export class Proxy {
  /** Where it listens, on loopback. */
  port = 0;
  /** Port on loopback that new connections go to. */
  target = 0;
  readonly #server: Server;
  readonly #links = new Set<Link>();
  #fault: Fault | undefined;

  private constructor() {
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#accept(client));
  }

  static async open(target: number): Promise<Proxy> {
    const proxy = Object.assign(new Proxy(), { target });
    await proxy.#listen();
    return proxy;
  }

  /** Connections that clients hold. */
  get connections(): number {
    return [...this.#links].filter(({ requests }) => !requests.from.destroyed).length;
  }

  /** Puts this fault in the place of the one in force. */
  async make(fault: Fault): Promise<void> {
    await this.heal();
    this.#fault = fault;
    if (fault.kind === 'refuse') this.#server.close();
    this.#links.forEach((link) => this.#impose(link));
  }

  async heal(): Promise<void> {
    const healed = this.#fault;
    this.#fault = undefined;
    for (const { requests, answers } of this.#links) [requests, answers].forEach(({ from }) => from.resume());
    if (healed?.kind === 'refuse') await this.#listen();
  }

  /** Resets every connection that stands, at both ends. */
  reset(): void {
    this.#links.forEach((link) => this.#cut(link));
  }

  async close(): Promise<void> {
    this.reset();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #listen(): Promise<void> {
    this.#server.listen(this.port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.port = (this.#server.address() as AddressInfo).port;
  }

  #accept(client: Socket): void {
    const server = connect({ host: '127.0.0.1', port: this.target, allowHalfOpen: true, noDelay: true });
    const requests: Stream = { from: client, to: server, held: [] };
    const answers: Stream = { from: server, to: client, held: [] };
    const link: Link = { requests, answers, lost: false, passed: 0 };
    this.#links.add(link);
    for (const stream of [requests, answers])
      stream.from
        .on('data', (chunk: Buffer) => this.#pass(link, stream, chunk))
        .on('end', () => this.#pass(link, stream))
        .on('error', () => undefined)
        .on('close', (failed) => {
          if (failed && !link.lost) this.#cut(link);
          if (client.destroyed && server.destroyed) this.#links.delete(link);
        });
    this.#impose(link);
  }

  #impose(link: Link): void {
    link.passed = 0;
    if (this.#fault?.kind === 'half-open') link[this.#fault.stopped].from.pause();
  }

  #pass(link: Link, stream: Stream, chunk?: Buffer): void {
    const fault = this.#fault;
    if (fault?.kind === 'black-hole') link.lost = true;
    if (link.lost) return;
    link.passed += chunk?.length ?? 0;
    if (fault?.kind === 'cut' && link.passed > fault.afterBytes) return this.#cut(link);
    const due = performance.now() + (fault?.kind === 'latency' ? fault.ms : 0);
    stream.held.push({ due, chunk });
    if (stream.held.length === 1) this.#deliver(stream);
  }

  #deliver(stream: Stream): void {
    for (let [next] = stream.held; next; [next] = stream.held) {
      const early = next.due - performance.now();
      if (early > 0) return void (stream.timer = setTimeout(() => this.#deliver(stream), early));
      stream.held.shift();
      if (next.chunk) stream.to.write(next.chunk);
      else stream.to.end();
    }
  }

  #cut(link: Link): void {
    this.#links.delete(link);
    for (const { from, timer } of [link.requests, link.answers]) {
      clearTimeout(timer);
      from.resetAndDestroy();
    }
  }
}
