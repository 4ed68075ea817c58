import { afterEach, expect, it } from 'vitest';
import { openWindow } from '../../support/mock-window.ts';
import { i18n } from '../../../src-renderer/i18n/i18n.svelte.ts';

afterEach(() => i18n.follow(() => 'en'));

it('follows the language that is chosen', async () => {
  const { core } = await openWindow([]);
  i18n.follow(() => core.settings.language);
  await core.set({ language: 'zh-CN' });
  expect([i18n.language, i18n.t.list.create, i18n.locale.duration(61_000)]).toEqual([
    'zh-CN',
    '新建隧道',
    '1 分 1 秒',
  ]);
  await core.set({ language: 'en' });
  expect(i18n.t.list.create).toBe('New tunnel');
});
