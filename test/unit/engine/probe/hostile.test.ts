import { expect, it } from 'vitest';
import type { ProbeReport } from '../../../../shared/probe.ts';
import {
  DATA,
  FEC_HEADER_BYTES,
  PARITY,
  SHARD_OFFSET,
  TYPE_OFFSET,
} from '../../../../src-main/engine/fec/packet.ts';
import { CMD_PUSH } from '../../../../src-main/engine/kcp/segment.ts';
import { probe } from '../../../../src-main/engine/probe/probe.ts';
import { collect } from '../../../support/collect.ts';
import { KcptunDouble } from '../../../support/kcptun-double.ts';
import { datagramOf } from '../../../support/segments.ts';
import { SimulatedNetwork } from '../../../support/simulated-network.ts';
import { Simulation } from '../../../support/simulation.ts';

const PORT = 29_900;
/** Datagrams of a wave, and how many waves come, a millisecond apart, behind the first answer. */
const WAVE = 1000;
const WAVES = 150;

function framed(seqid: number, type: number, body: Uint8Array): Buffer {
  const head = Buffer.alloc(FEC_HEADER_BYTES);
  head.writeUInt32LE(seqid, 0);
  head.writeUInt16LE(type, TYPE_OFFSET);
  head.writeUInt16LE(body.length + FEC_HEADER_BYTES - SHARD_OFFSET, SHARD_OFFSET);
  return Buffer.concat([head, body]);
}

// a probe runs in the app's own thread, and `null` and `none` are among the crypts that it asks for
it('a server that pushes without end is neither kept nor answered without end', async () => {
  const world = new Simulation();
  const network = new SimulatedNetwork(world);
  network.record = true;
  const double = await KcptunDouble.listen(network, PORT, { crypt: 'null', datashard: 0, parityshard: 0 });
  let report: ProbeReport | undefined;
  let waves = 0;
  const asked = probe({
    ...({ remote: { host: '10.0.0.1', minPort: PORT, maxPort: PORT }, key: '', crypts: ['null'] } as const),
    ...({ depth: 'all', world, network } as const),
    onProgress: ({ stage }) => {
      if (stage === 'measuring' && waves === 0) flood();
    },
  }).then((done) => (report = done));
  function flood(): void {
    const { from, data } = network.sent.find(({ to }) => to === PORT)!;
    const conv = Buffer.from(data).readUInt32LE(0);
    const at = waves++ * WAVE;
    const datagrams = Array.from({ length: WAVE }, (_, i) => {
      const push = datagramOf({ conv, cmd: CMD_PUSH, sn: at + i, data: Buffer.alloc(1000) });
      return framed(at + i, i % 2 === 0 ? DATA : PARITY, push);
    });
    world.after(1, () => {
      network.inject(PORT, from, ...datagrams);
      if (waves < WAVES) flood();
    });
  }
  collect();
  const before = process.memoryUsage().arrayBuffers;
  await world.run(60_000, () => report !== undefined);
  await asked;
  expect(waves).toBe(WAVES);
  expect(report!.sent).toBeLessThan(400);
  collect();
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20e6);
  double.close();
});
