/**
 * Reads a text on stdin, such as all that `npm test` printed, and names each secret of the tests in it:
 * `npx tsx test/secrets/grep.ts < FILE`. Exit 1 if there is one.
 */
import { text } from 'node:stream/consumers';
import { leaksIn, patterns } from './secrets.ts';

const output = await text(process.stdin);
const leaks = leaksIn(output);
for (const leak of leaks) console.error(leak);
console.log(
  `${output.length} characters searched for ${patterns.length} kinds of secrets: ${leaks.length} found`,
);
if (leaks.length > 0) process.exitCode = 1;
