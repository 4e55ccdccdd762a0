/**
 * How many jobs a lane's consumer holds at once: enough for the calls that are under way or soon due, and no more,
 * whatever the jobs bring; looked at again with each job, since where jobs of twenty are followed by single ones a
 * second's delay would starve the lane.
 */
import type { Consumer } from '../queue.ts';
import type { Bins } from './gather.ts';

/** Jobs at hand, however large they are, and however small. */
const [fewestJobs, mostJobs] = [8, 4_000];
/** Up to so many jobs, so many seconds of calls are at hand: a Redis far away takes a while to bring the next. */
const [distantJobs, distantSeconds] = [64, 3];

export class AtHand {
  readonly #bins: Bins;
  readonly #batchLimit: number;
  #consumer: Pick<Consumer, 'concurrency'> | undefined;
  #calls = 5;
  #distantCalls = distantSeconds;
  /** Jobs to begin with, while nobody knows what they bring: all of them are fetched before the first is looked at. */
  #firstJobs = 20;
  /** Targets that a job brings: a moving mean; none before the first. */
  #meanTargets: number | undefined;
  #jobs = 0;
  /** The last that ended has left its place empty. The next to be fetched may be urgent: some are, however many wait. */
  #thins = false;

  constructor(bins: Bins, batchLimit: number) {
    this.#bins = bins;
    this.#batchLimit = batchLimit;
  }

  /** Whose jobs they are. */
  of(consumer: Pick<Consumer, 'concurrency'>): void {
    this.#consumer = consumer;
  }

  /** The lane sends so many calls a second, and each is answered after so long. */
  tune(callsPerSecond: number, latencyMs: number): void {
    this.#calls = Math.ceil(callsPerSecond * (latencyMs / 1_000 + 0.4) + 4);
    this.#distantCalls = callsPerSecond * distantSeconds;
    // Half a second's work if they bring one each: it begins at full speed then, and 500 small lanes hold little.
    this.#firstJobs = Math.ceil(callsPerSecond * this.#batchLimit * 0.5);
    this.adjust();
  }

  jobBegan(): void {
    this.#jobs++;
  }

  /** The job that began brings so many targets. */
  brought(targets: number): void {
    const mean = (this.#meanTargets ??= targets);
    this.#meanTargets = mean + (targets - mean) / 4;
    this.adjust();
  }

  /** Where there are too many, the next job takes the place of every other that ends. */
  jobEnded(): void {
    this.#jobs--;
    this.adjust();
    this.#thins = !this.#thins;
    if (this.#consumer && !this.#thins)
      this.#consumer.concurrency = Math.max(this.#consumer.concurrency, this.#jobs + 1);
  }

  /** What jobs bring may be different now. */
  reset(): void {
    this.#meanTargets = undefined;
    this.adjust();
  }

  /** What waits in the bins has changed. */
  adjust(): void {
    if (this.#consumer) this.#consumer.concurrency = Math.min(mostJobs, Math.max(fewestJobs, this.#wanted()));
  }

  #wanted(): number {
    if (!this.#meanTargets) return this.#firstJobs;
    // More of those that go one by one would fill no call.
    const oneByOne = this.#bins.strangers && this.#bins.waiting >= this.#batchLimit;
    const callsOfJob = this.#meanTargets / (oneByOne ? 1 : this.#batchLimit);
    const jobsFor = (calls: number) => Math.ceil(calls / callsOfJob);
    return Math.max(jobsFor(this.#calls), Math.min(distantJobs, jobsFor(this.#distantCalls)));
  }
}
