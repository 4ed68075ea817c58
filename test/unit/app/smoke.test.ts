import { afterEach, beforeEach, expect, it } from 'vitest';
import { smoke } from '../../../src-main/app/smoke.ts';
import { appCore, temporaryFolder } from '../../support/app-core.ts';

let app: ReturnType<typeof appCore>;
beforeEach(() => void (app = appCore(temporaryFolder())));
afterEach(async () => {
  await app.core.close();
  app.remove();
});

const never = new Promise<void>(() => undefined);

it('says what did not start', async () => {
  const start = () => Promise.reject(new Error('the folder is in use'));
  expect(await smoke(start)).toEqual({ code: 1, line: 'smoke: the core: the folder is in use' });
});

it('says that no window was shown', async () => {
  const start = async () => ({ core: app.core, shown: never });
  expect(await smoke(start, 20)).toEqual({ code: 1, line: 'smoke: the window: not within 0.02 s' });
  expect(app.workers).toEqual([]);
});

it('says that the demo does not connect', async () => {
  const start = async () => ({ core: app.core, shown: Promise.resolve() });
  expect(await smoke(start, 20)).toEqual({ code: 1, line: 'smoke: the demo: not within 0.02 s' });
  expect(app.workers).toHaveLength(1);
});
