import { Server as TcpServer } from 'node:net';
import { describe, expect, it, vi } from 'vitest';

/** What fails, what is told of it, and what goes on. */
export interface Fault {
  what: string;
  told: unknown;
  goesOn: unknown;
  /** where it can be injected */
  only?: NodeJS.Platform;
  inject(): Promise<{ told: unknown; goesOn: unknown }>;
}

/** One test for each fault that can be injected here. */
export function testFaults(faults: readonly Fault[]): void {
  describe('a fault', () => {
    it.each(faults.filter(({ only = process.platform }) => only === process.platform))(
      '$what',
      async ({ told, goesOn, inject }) => {
        expect(await inject()).toEqual({ told, goesOn });
      },
    );
  });
}

/** A system's error of that code. */
export const fault = (code: string): Error => Object.assign(new Error(`${code}: injected`), { code });

/** Every TCP server that begins to listen, so that a test can have its accept fail. */
export function tcpServers(): TcpServer[] {
  const found: TcpServer[] = [];
  const real = TcpServer.prototype.listen;
  vi.spyOn(TcpServer.prototype, 'listen').mockImplementation(function (this: TcpServer, ...args: unknown[]) {
    found.push(this);
    return (real as (...args: unknown[]) => TcpServer).apply(this, args);
  });
  return found;
}
