/**
 * How fast a campaign is, lately: an exponentially weighted mean over time in which it could send. What it spends
 * paused, outside its window or in a stopped lane is not handed in, so that the mean means the same afterwards.
 */

/** A moment so long ago weighs a third of the present. */
const weighsMs = 15_000;
/** Less sending than this tells nothing. */
const leastMs = 5_000;

/** Is told how many targets calls have settled in so many ms of sending; answers targets a second, 0 while unknown. */
export function paceMeter(): (settled: number, ms: number) => number {
  let targets = 0;
  let time = 0;
  let seen = 0;
  return (settled, ms) => {
    const fades = Math.exp(-ms / weighsMs);
    targets = targets * fades + settled;
    time = time * fades + ms;
    seen += ms;
    return seen < leastMs ? 0 : (1_000 * targets) / time;
  };
}
