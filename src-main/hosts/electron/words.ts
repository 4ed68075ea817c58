import type { Settings } from '../../../shared/settings.ts';
import type { DiagnosisCode, OverallState, TunnelStateKind } from '../../../shared/state.ts';

/** What Electron itself shows: tray, menus and notifications. The window has its own words. */
export interface Words {
  state: Record<TunnelStateKind, string>;
  overall: Record<OverallState, string>;
  diagnosis: Record<DiagnosisCode, string>;
  open: string;
  connectAll: string;
  disconnectAll: string;
  startAtLogin: string;
  quit: string;
  noTunnels: string;
  file: string;
  edit: string;
  view: string;
  window: string;
  lost: (name: string) => string;
  back: (name: string) => string;
  backBody: string;
  inTray: string;
  inTrayBody: string;
}

const en: Words = {
  state: {
    off: 'off',
    starting: 'starting',
    listening: 'listening',
    connecting: 'connecting',
    connected: 'connected',
    reconnecting: 'reconnecting',
    degraded: 'in trouble',
    failed: 'failed',
  },
  overall: { off: 'off', busy: 'connecting', connected: 'connected', trouble: 'needs attention' },
  diagnosis: {
    'no-answer': 'The server does not answer. Check key, crypt and address, and whether it runs.',
    'went-quiet': 'The server has gone quiet. It may be down, or the network may be.',
    'resolve-failed': "The server's name cannot be resolved. Check the name and the network.",
    'port-in-use': 'The local port is in use. Choose another, or end the program that has it.',
    'listen-failed': 'The local address cannot be listened on. Check it in the settings.',
    'wrong-smux-version': 'The server speaks another smux version. Set the same smuxver at both ends.',
    'checksum-errors': 'Datagrams arrive damaged. Check that key and crypt are the same at both ends.',
    'heavy-loss': 'Much has to be sent again. More parity shards or smaller windows may help.',
    'network-down': 'The network does not take what is sent. Check the connection.',
    'bad-option': 'An option is not valid. Check the settings of the tunnel.',
    'worker-died': 'The tunnel has crashed and is started again.',
    other: 'The log of the tunnel says more.',
  },
  open: 'Open kcptun desktop',
  connectAll: 'Connect all',
  disconnectAll: 'Disconnect all',
  startAtLogin: 'Start at login',
  quit: 'Quit',
  noTunnels: 'No tunnels yet',
  file: 'File',
  edit: 'Edit',
  view: 'View',
  window: 'Window',
  lost: (name) => `${name} has lost its connection`,
  back: (name) => `${name} is connected again`,
  backBody: 'The tunnel works as before.',
  inTray: 'kcptun desktop keeps running',
  inTrayBody: 'Your tunnels stay up. Find it in the tray; Quit is in its menu.',
};

const zh: Words = {
  state: {
    off: '已关闭',
    starting: '正在启动',
    listening: '正在监听',
    connecting: '正在连接',
    connected: '已连接',
    reconnecting: '正在重连',
    degraded: '不稳定',
    failed: '失败',
  },
  overall: { off: '已关闭', busy: '正在连接', connected: '已连接', trouble: '需要处理' },
  diagnosis: {
    'no-answer': '服务器没有应答。请检查密钥、加密方式和地址，以及服务器是否在运行。',
    'went-quiet': '服务器不再响应，可能已停止，或者网络中断。',
    'resolve-failed': '无法解析服务器的域名。请检查域名和网络。',
    'port-in-use': '本地端口已被占用。请换一个端口，或关闭占用它的程序。',
    'listen-failed': '无法监听本地地址。请在设置中检查。',
    'wrong-smux-version': '服务器使用另一个 smux 版本。请在两端设置相同的 smuxver。',
    'checksum-errors': '收到的数据包校验失败。请检查两端的密钥和加密方式是否相同。',
    'heavy-loss': '大量数据需要重传。增加校验分片或减小窗口可能会有帮助。',
    'network-down': '网络无法发送数据。请检查网络连接。',
    'bad-option': '有一个选项无效。请检查隧道的设置。',
    'worker-died': '隧道已崩溃，正在重新启动。',
    other: '详情请查看隧道的日志。',
  },
  open: '打开 kcptun desktop',
  connectAll: '全部连接',
  disconnectAll: '全部断开',
  startAtLogin: '登录时启动',
  quit: '退出',
  noTunnels: '还没有隧道',
  file: '文件',
  edit: '编辑',
  view: '视图',
  window: '窗口',
  lost: (name) => `${name} 已断开`,
  back: (name) => `${name} 已重新连接`,
  backBody: '隧道恢复正常。',
  inTray: 'kcptun desktop 仍在运行',
  inTrayBody: '隧道保持连接。可在托盘中找到它，退出也在托盘菜单里。',
};

/** @param locale of the system, as a BCP 47 tag */
export function wordsFor(language: Settings['language'], locale: string): Words {
  if (language === 'system') return locale.toLowerCase().startsWith('zh') ? zh : en;
  return language === 'zh-CN' ? zh : en;
}
