/** The emulator as a program of its own: its setup as JSON, answers its port as `serve` does. */
import { systemClock } from '../src/clock.ts';
import { startEmulator } from '../src/emulator/emulator.ts';
import type { EmulatorSetup } from './emulator-process.ts';

const [text = '{}'] = process.argv.slice(2);
const { faults = [], inventory = {}, ...setup } = JSON.parse(text) as EmulatorSetup;
const emulator = await startEmulator({ latency: { min: 20, max: 50 }, ...setup, clock: systemClock });
emulator.setFaults(faults);
emulator.inventory(inventory);
process.on('SIGTERM', () => void emulator.close().then(() => process.exit()));
process.stdout.write(`${JSON.stringify({ started: true, api: emulator.port, metrics: 0 })}\n`);
