import type { World } from '../runtime/world.ts';

export function randomConv(world: World): number {
  const conv = new Uint32Array(1);
  world.randomFill(new Uint8Array(conv.buffer));
  return conv[0];
}
