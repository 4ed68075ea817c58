import type { desktop as desktopEn } from '../en/desktop.ts';

export const desktop: typeof desktopEn = {
  open: '打开 kcptun desktop',
  quit: '退出',
  noTunnels: '还没有隧道',
  file: '文件',
  edit: '编辑',
  view: '视图',
  window: '窗口',
  lost: (name) => `${name} 已断开`,
  lostText: '将不断重新连接，直到服务器应答。',
  back: (name) => `${name} 已重新连接`,
  backText: '隧道恢复正常。',
  inTray: 'kcptun desktop 仍在运行',
  inTrayText: '隧道保持连接。可在托盘中找到它，退出也在托盘菜单里。',
};
