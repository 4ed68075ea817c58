import { parentPort, workerData } from 'node:worker_threads';
import { startClient, startServer } from '../engine/index.ts';
import { runEngine } from './engine-runner.ts';
import type { EngineSpec } from './messages.ts';

// The entry of a tunnel's thread: one engine, whose role and options came as workerData.
if (!parentPort) throw new Error('worker.js runs as a worker thread only');
const spec = workerData as EngineSpec;
await runEngine(parentPort, (onEvent) =>
  spec.role === 'client'
    ? startClient(spec.options, { onEvent, udp: spec.udp })
    : startServer(spec.options, { onEvent, udp: spec.udp }),
);
