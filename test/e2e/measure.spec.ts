import type { CDPSession, Page } from '@playwright/test';
import { fileURLToPath } from 'node:url';
import { serveMock } from '../support/mock-host.ts';
import { scene } from '../support/mock-scene.ts';
import { KEY } from '../support/peers.ts';
import { EchoTarget, open } from '../support/traffic.ts';
import { expect, test } from './fixtures.ts';
import { WindowPage } from './pages/window.ts';
import { freePort } from './ports.ts';

const TUNNELS = 5;
const CONNECTIONS = 100;

/** Milliseconds between the frames of some seconds, in growing order. */
const frames = (page: Page, seconds: number): Promise<number[]> =>
  page.evaluate(
    (seconds) =>
      new Promise<number[]>((resolve) => {
        const gaps: number[] = [];
        let last = performance.now();
        const end = last + seconds * 1000;
        const frame = (now: number) => {
          gaps.push(now - last);
          last = now;
          if (now < end) requestAnimationFrame(frame);
          else resolve(gaps.slice(1).sort((a, b) => a - b));
        };
        requestAnimationFrame(frame);
      }),
    seconds,
  );

/** Frames a second of a page that does nothing: what the machine has to give at the moment. */
async function emptyRate(empty: Page): Promise<number> {
  await empty.bringToFront();
  return (await frames(empty, 4)).length / 4;
}

/** Seconds of processor that the page's main thread has used, whatever else the machine was doing. */
async function busy(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN;
}

/** Bytes that JavaScript holds once the garbage is gone. */
async function heap(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  let least = Infinity;
  // one collection leaves what its finalisers let go of
  for (let round = 0; round < 5; round++) {
    await session.send('HeapProfiler.collectGarbage');
    const { usedSize } = await session.send('Runtime.getHeapUsage');
    least = Math.min(least, usedSize);
  }
  await session.detach();
  return least;
}

test('five tunnels with 500 connections: 60 frames a second, two messages a second each', async ({
  window,
  page,
  server,
  host,
}) => {
  const target = await new EchoTarget().listen();
  const { port } = await server('debian', { target: target.address, smuxver: 2 });
  const ports = await Promise.all(Array.from({ length: TUNNELS }, freePort));
  const profiles = ports.map((local, at) => ({
    name: `Tunnel ${at}`,
    remoteaddr: `127.0.0.1:${port}`,
    localaddr: `127.0.0.1:${local}`,
    key: KEY,
    smuxver: 2,
  }));
  await page.keyboard.press('Control+o');
  await window.dialog.getByRole('textbox').fill(JSON.stringify(profiles));
  await window.dialog.getByRole('button', { name: 'Import', exact: true }).click();
  await window.dialog.getByRole('button', { name: 'Done' }).click();

  let messages = 0;
  page.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => {
      if (String(payload).includes('"notification":"tunnel"')) messages++;
    }),
  );
  await page.goto('about:blank');
  await host.open(page);
  await window.list.getByRole('button', { name: 'All tunnels' }).click();
  await page.getByRole('menuitem', { name: 'Connect all', exact: true }).click();
  for (const { name } of profiles)
    await expect(window.row(name)).toHaveAttribute('data-state', 'connected', { timeout: 30_000 });

  const sockets = await Promise.all(
    ports.flatMap((local) => Array.from({ length: CONNECTIONS }, () => open(local))),
  );
  const talk = setInterval(() => {
    for (const socket of sockets) socket.write(Buffer.alloc(200));
  }, 250);
  try {
    await page.keyboard.press('Control+1');
    await page.locator('figure canvas').first().waitFor();
    await expect(page.getByRole('tab', { name: 'Connections' })).toContainText(String(CONNECTIONS));
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    const empty = await page.context().newPage();
    for (const view of ['Overview', 'Connections'] as const) {
      const possible = await emptyRate(empty);
      await page.bringToFront();
      await window.tunnel.view(view);
      messages = 0;
      const before = await busy(session);
      const gaps = await frames(page, 10);
      const used = ((await busy(session)) - before) / 10;
      const still = await emptyRate(empty);
      const at = (share: number) => gaps[Math.floor(gaps.length * share)];
      const rate = gaps.length / 10;
      const perTunnel = messages / TUNNELS / 10;
      console.log(
        `${view}: ${rate.toFixed(1)} frames/s (an empty page ${possible.toFixed(1)} before and ${still.toFixed(1)} after), ` +
          `${(used * 100).toFixed(1)} % of a core, median ${at(0.5).toFixed(1)} ms, p95 ${at(0.95).toFixed(1)} ms, ` +
          `p99 ${at(0.99).toFixed(1)} ms; ${perTunnel.toFixed(2)} messages a second a tunnel`,
      );
      expect(at(0.5)).toBeLessThan(17.5);
      expect(rate).toBeGreaterThan(Math.min(possible, still) > 58 ? 57 : 0.6 * Math.min(possible, still));
      expect(used).toBeLessThan(0.2);
      expect(perTunnel).toBeLessThanOrEqual(2.05);
    }
  } finally {
    clearInterval(talk);
    for (const socket of sockets) socket.destroy();
    await target[Symbol.asyncDispose]();
  }
});

test('ten minutes of statistics leave the memory of the window where it was', async ({ page }) => {
  let now = Date.now();
  const core = scene(() => now);
  const mock = await serveMock(core, fileURLToPath(new URL('../../dist/window', import.meta.url)));
  try {
    await page.goto(mock.url);
    await new WindowPage(page).ready();
    await page.locator('figure canvas').first().waitFor();
    /** Seconds go by, thirty times as fast, for every tunnel that runs. */
    const pass = async (seconds: number) => {
      for (let second = 0; second < seconds; second++) {
        now += 1000;
        core.tick();
        await new Promise((resolve) => setTimeout(resolve, 33));
      }
    };
    // the first ten minutes fill the histories
    await pass(600);
    const before = await heap(page);
    await pass(600);
    const after = await heap(page);
    console.log(`heap: ${(before / 1e6).toFixed(2)} MB, ten minutes later ${(after / 1e6).toFixed(2)} MB`);
    expect(after).toBeLessThan(before * 1.05);
  } finally {
    await mock.close();
  }
});
