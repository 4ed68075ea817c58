import { once } from 'node:events';
import { connect } from 'node:net';
import type { ApiCore, Notifications } from '../../shared/api.ts';
import { DEMO_ID } from './demo.ts';
import { ECHOES } from './demo-traffic.ts';

const SENT_BYTES = 1 << 20;
/** From the start of the core to the last byte. */
const WITHIN_MS = 60_000;

export interface SmokeResult {
  /** for the process: 0 where all of it works */
  code: 0 | 1;
  /** what was seen, or what failed */
  line: string;
}

/** What a host has brought up, and what proves that it serves its window. */
export interface SmokeStart {
  core: ApiCore;
  shown: Promise<unknown>;
}

/**
 * Proves a build: its host comes up and shows its window, and 1 MiB goes through the demo's tunnel and comes back,
 * within a minute. It never rejects.
 */
export async function smoke(start: () => Promise<SmokeStart>, withinMs = WITHIN_MS): Promise<SmokeResult> {
  const began = performance.now();
  let step = 'the core';
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${withinMs / 1000} s`)), withinMs);
  });
  const run = async (): Promise<void> => {
    const { core, shown } = await start();
    step = 'the window';
    await shown;
    step = 'the demo';
    const address = await connectDemo(core);
    step = '1 MiB through the demo';
    await throughDemo(address);
  };
  try {
    await Promise.race([run(), late]);
  } catch (error) {
    return { code: 1, line: `smoke: ${step}: ${(error as Error).message}` };
  } finally {
    clearTimeout(timer);
  }
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const { electron, node } = process.versions;
  const runtime = electron ? `Electron ${electron}` : `Node ${node}`;
  const line = `smoke: the window is up and 1 MiB went through the demo, in ${seconds} s`;
  return { code: 0, line: `${line} (${process.platform} ${process.arch}, ${runtime})` };
}

/** Starts the demo; resolves with its address when the server has answered. */
async function connectDemo(core: ApiCore): Promise<string> {
  let detach = (): void => undefined;
  const connected = new Promise<string>((resolve, reject) => {
    const hear = ({ id, state }: Notifications['tunnel']): void => {
      if (id !== DEMO_ID || !state) return;
      if (state.kind === 'connected') resolve(state.address);
      if (state.kind === 'failed') reject(new Error(state.diagnosis.code));
    };
    const window = core.attach((name, data) => {
      if (name === 'tunnel') hear(data as Notifications['tunnel']);
    });
    ({ detach } = window);
    Promise.resolve(window.handlers['demo.start'](undefined)).catch(reject);
  });
  return connected.finally(() => detach());
}

/** The demo's target answers each byte several times; in what order is its matter, how many of each is ours. */
async function throughDemo(address: string): Promise<void> {
  const separator = address.lastIndexOf(':');
  const socket = connect(Number(address.slice(separator + 1)), address.slice(0, separator));
  const sent = Buffer.alloc(
    SENT_BYTES,
    Uint8Array.from({ length: 256 }, (_, value) => value),
  );
  const counts = new Uint32Array(256);
  let received = 0;
  try {
    await once(socket, 'connect');
    socket.write(sent);
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      for (const value of chunk) counts[value]++;
      received += chunk.length;
      if (received >= ECHOES * SENT_BYTES) break;
    }
  } finally {
    socket.destroy();
  }
  const expected = ECHOES * SENT_BYTES;
  if (received !== expected) throw new Error(`expected ${expected} bytes, ${received} came`);
  if (counts.some((count) => count !== expected / 256)) throw new Error('other bytes came than expected');
}
