import { parentPort, workerData } from 'node:worker_threads';
import { startClient, startServer } from '../engine/index.ts';
import { runEngine } from './engine-runner.ts';
import type { EngineSpec } from './messages.ts';
import { openOwn, startSnmpLog } from './snmp-log.ts';
import { openTrace } from './trace-file.ts';

// The entry of a tunnel's thread: one engine, whose role and options came as workerData.
if (!parentPort) throw new Error('worker.js runs as a worker thread only');
const spec = workerData as EngineSpec;
await runEngine(
  parentPort,
  async (onEvent) => {
    const trace = openTrace(process.env, (text) => onEvent({ kind: 'note', text }));
    const setup = { onEvent, udp: spec.udp, trace };
    const engine = await (spec.role === 'client'
      ? startClient(spec.options, { ...setup, spares: spec.spares, learned: spec.learned })
      : startServer(spec.options, setup));
    const stopSnmpLog = startSnmpLog(
      spec.options,
      () => engine.snapshot().counters,
      (error) => onEvent({ kind: 'note', text: `snmplog: ${error.message}` }),
      openOwn,
    );
    return {
      snapshot: () => engine.snapshot(),
      redialAll: () => engine.redialAll(),
      close: () => {
        stopSnmpLog();
        return engine.close();
      },
    };
  },
  spec.options.quiet,
);
