import type { TestProject } from 'vitest/node';
import { ensureKcptun } from './debian.ts';

/**
 * Once before the tests of a project: interop needs our own build and the reference peer, the attacks the build, the
 * long ones with the window; the others need nothing.
 */
export default async function setup(project: TestProject): Promise<void> {
  if (!['interop', 'hostile', 'attack'].includes(project.name)) return;
  if (project.name === 'interop') ensureKcptun();
  if (process.env.OURS) return;
  const { build } = await import('./build.ts');
  await build('node', ...(project.name === 'attack' ? (['client'] as const) : []));
}
