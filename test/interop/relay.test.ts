import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { cpuSeconds } from '../support/proc.ts';
import { type Impairment, Relay } from '../support/relay.ts';
import { RelayProcess } from '../support/relay-process.ts';
import { until } from '../support/until.ts';

async function socket(): Promise<Socket & AsyncDisposable> {
  const made = createSocket({ type: 'udp4', recvBufferSize: 4 << 20 });
  made.bind(0, '127.0.0.1');
  await once(made, 'listening');
  return made;
}

/** Sends `count` numbered datagrams through a line and tells what arrived, and how long after it was sent. */
async function through(line: Impairment, count: number, bytes = 8) {
  await using server = await socket();
  await using relay = await Relay.open(server.address().port, line, 7);
  await using client = await socket();
  const sentAt: number[] = [];
  const arrived: { number: number; took: number }[] = [];
  server.on('message', (datagram) => {
    const number = datagram.readUInt32LE();
    arrived.push({ number, took: performance.now() - sentAt[number] });
  });
  for (let number = 0; number < count; number++) {
    const datagram = Buffer.alloc(bytes);
    datagram.writeUInt32LE(number);
    sentAt.push(performance.now());
    client.send(datagram, relay.port, '127.0.0.1');
    // a burst must not overflow a socket's buffer: that would be loss of another kind
    if (number % 50 === 49) await new Promise((resolve) => setImmediate(resolve));
  }
  let before = -1;
  let still = 0;
  await until('the last datagram', () => {
    still = before === arrived.length ? still + 1 : 0;
    before = arrived.length;
    return still > 20;
  });
  return arrived;
}

it('passes everything on a perfect line, in order', async () => {
  const arrived = await through({}, 1000);
  expect(arrived.map(({ number }) => number)).toEqual(Array.from({ length: 1000 }, (_, number) => number));
});

it('loses the share it is told to', async () => {
  const { length } = await through({ loss: 0.3 }, 4000);
  expect(length / 4000).toBeGreaterThan(0.66);
  expect(length / 4000).toBeLessThan(0.74);
});

it('delays by what it is told, give or take the jitter, and keeps the order', async () => {
  const arrived = await through({ delay: 30, jitter: 10 }, 500);
  const numbers = arrived.map(({ number }) => number);
  expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  expect(Math.min(...arrived.map(({ took }) => took))).toBeGreaterThanOrEqual(19);
  expect(arrived).toHaveLength(500);
});

it('duplicates and reorders shares', async () => {
  const arrived = await through({ delay: 10, duplicate: 0.1, reorder: 0.1 }, 4000);
  const twice = arrived.length - new Set(arrived.map(({ number }) => number)).size;
  expect(twice / 4000).toBeGreaterThan(0.08);
  expect(twice / 4000).toBeLessThan(0.12);
  expect(arrived.some(({ number }, at) => at > 0 && number < arrived[at - 1].number)).toBe(true);
});

it('holds a rate, and drops what would wait too long', async () => {
  // 400 datagrams of 1000 bytes at 1 MB/s take 0.4 s; a queue of 200 ms holds half of them
  const arrived = await through({ rate: 1e6, queue: 200 }, 400, 1000);
  expect(arrived.length).toBeGreaterThan(190);
  expect(arrived.length).toBeLessThan(260);
  expect(arrived[arrived.length - 1].took).toBeGreaterThan(150);
});

it('takes what is lost from the rate, in bursts too', async () => {
  // 40,000 bytes at 1 MB/s take 40 ms, whether they arrive or not
  const arrived = await through({ rate: 1e6, queue: 1000, loss: 0.5, burst: 8 }, 400, 1000);
  const numbers = arrived.map(({ number }) => number);
  const runs = numbers.filter((number, at) => at > 0 && number > numbers[at - 1] + 1).length;
  expect(400 - arrived.length).toBeGreaterThan(100);
  expect((400 - arrived.length) / runs).toBeGreaterThan(3);
  const { number, took } = arrived[arrived.length - 1];
  expect(took).toBeGreaterThan(number * 0.9);
});

it('keeps to its rate and delay as a process, at little cost, and tells what it was offered', async () => {
  const [rate, delay, queue, bytes, seconds] = [2.5e6, 50, 100, 1350, 1.5];
  await using server = await socket();
  await using relay = await RelayProcess.start(server.address().port, { rate, delay, queue });
  await using client = await socket();
  let [arrived, first, last] = [0, 0, 0];
  server.on('message', (datagram) => {
    last = performance.now();
    if (arrived === 0) first = last;
    arrived += datagram.length;
  });
  const datagram = Buffer.alloc(bytes);
  const cpu = cpuSeconds(relay.pid);
  const start = performance.now();
  let [sent, stalled, before] = [0, 0, start];
  for (let now = start; now < start + seconds * 1000; now = performance.now()) {
    // where this process was kept waiting the line may have run dry: that time counts for nothing
    stalled += now - before > queue / 2 ? now - before : 0;
    before = now;
    for (; sent < ((now - start) / 1000) * 1.5 * rate; sent += bytes)
      client.send(datagram, relay.port, '127.0.0.1');
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await until('the last datagram', () => performance.now() - last > queue + delay);
  const { up, down, overrun } = await relay.figures();
  expect({ bytes: up.bytes, down: down.bytes, overrun }).toEqual({ bytes: sent, down: 0, overrun: 0 });
  expect(up.bytes - up.dropped * bytes).toBe(arrived);
  expect(first - start).toBeGreaterThanOrEqual(delay);
  const took = (last - start - delay) / 1000;
  expect(arrived / took).toBeLessThan(rate * 1.02);
  expect(arrived).toBeGreaterThan(rate * 0.95 * (seconds - stalled / 1000));
  expect((cpuSeconds(relay.pid) - cpu) / up.datagrams).toBeLessThan(100e-6);
});

it('runs as a process, cuts the line and mends it', async () => {
  await using server = await socket();
  server.on('message', (datagram, { port }) => server.send(datagram, port));
  await using relay = await RelayProcess.start(server.address().port, {});
  await using client = await socket();
  let answers = 0;
  client.on('message', () => answers++);
  const ask = () => {
    client.send('?', relay.port, '127.0.0.1');
    return answers > 0;
  };
  await until('an answer', ask);
  await relay.cut(true);
  // what was under way when the line was cut may still arrive
  await until('silence', () => {
    const silent = answers === 0;
    answers = 0;
    return silent;
  });
  for (let round = 0; round < 10; round++) ask();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(answers).toBe(0);
  await relay.cut(false);
  await until('an answer again', ask);
});
