import { MAX_GROUP, QPP_KEY_BYTES, QPP_PADS } from '../../wire.ts';
import { MOST_PROFILES } from '../../profile.ts';
import type { CodeWords } from '../codes.ts';

/** Simplified Chinese for what the core tells by a code. */
export const codes: CodeWords = {
  diagnoses: {
    'no-answer': {
      short: '无应答',
      title: (p) => `${p.remote} 没有应答`,
      text: (p, ago) =>
        `已持续发送 ${ago(p.since)}，未收到任何有效数据。` +
        (p.checksumErrors > 0
          ? `收到 ${p.checksumErrors} 个校验和不符的数据报：服务器在线，但密钥或加密方式不同。`
          : ''),
    },
    'went-quiet': {
      short: '服务器失去响应',
      title: (p) => `${p.remote} 失去响应`,
      text: (p, ago) => `已有 ${ago(p.since)}没有收到数据，将不断重新连接直到有应答。`,
    },
    'resolve-failed': {
      short: '域名解析失败',
      title: (p) => `无法解析 ${p.remote} 中的域名`,
      text: (p) => `系统返回：${p.detail}。每次重试都会重新解析。`,
    },
    'port-in-use': {
      short: '端口被占用',
      title: (p) => `${p.address} 已被占用`,
      text: () => '另一个程序或另一条隧道正在监听该地址。请更换本地端口，或先停止对方。',
    },
    'listen-failed': {
      short: '无法监听',
      title: (p) => `无法在 ${p.address} 上监听`,
      text: (p) => `系统返回：${p.detail}。请检查本地地址。`,
    },
    'wrong-smux-version': {
      short: 'smux 版本不一致',
      title: (p) => `${p.remote} 使用另一个 smux 版本`,
      text: () => '请将 smuxver 设为与服务器一致：2022 年及以前的版本默认为 1，最新版本默认为 2。',
    },
    'checksum-errors': {
      short: '校验和错误',
      title: () => '收到校验和错误的数据报',
      text: (p) => `目前共 ${p.checksumErrors} 个。密钥或加密方式与服务器不同，或有其他人向此端口发送数据。`,
    },
    'heavy-loss': {
      short: '丢包严重',
      title: (p) => `${p.percent}% 的数据需要重发`,
      text: () => '线路丢包严重，或发送量超出了线路的承载能力。请参阅下方的建议。',
    },
    'network-down': {
      short: '无网络',
      title: () => '系统拒绝发送',
      text: (p) => `${p.detail}。网络恢复后隧道会自动恢复。`,
    },
    'bad-option': { short: '设置无效', title: () => '有一项设置无效', text: (p) => p.detail },
    'worker-died': { short: '意外停止', title: () => '隧道线程意外停止', text: (p) => p.detail },
    other: { short: '异常', title: () => '出现问题', text: (p) => p.detail },
    'other-crypt': {
      short: '加密方式不一致',
      title: (p) => `服务器使用 ${p.theirs}`,
      text: (p) => `${p.remote} 用此密钥和 ${p.theirs} 有应答，而此处设置的是 ${p.mine}。`,
    },
    'other-smux': {
      short: 'smux 版本不一致',
      title: (p) => `服务器使用 smux ${p.theirs}`,
      text: (p) => `此处 smuxver 为 ${p.mine}：会话可以建立，但数据无法通过。`,
    },
    'other-compression': {
      short: '压缩设置不一致',
      title: (p) => (p.compressed ? '服务器开启了压缩' : '服务器没有开启压缩'),
      text: (p) => `此处正好相反，两端无法读懂对方。请${p.compressed ? '关闭' : '开启'} nocomp。`,
    },
    'other-fec': {
      short: 'FEC 不一致',
      title: (p) => `服务器的 FEC 为 ${p.theirs}`,
      text: (p) => `此处为 ${p.mine}。这样旧的服务器要求两端相同。`,
    },
    'other-port': {
      short: '部分端口无应答',
      title: (p) => `端口 ${p.port} 有应答，范围内的其他端口没有`,
      text: (p) => `${p.remote} 中只有部分端口通向服务器，新会话可能连不上。`,
    },
    'other-address': {
      short: '部分地址无应答',
      title: (p) => `${p.address} 有应答，该域名的其他地址没有`,
      text: (p) => `${p.remote} 中的域名对应多个地址，并非都通向服务器。`,
    },
    'nobody-listens': {
      short: '端口无人监听',
      title: (p) => `${p.remote} 上无人监听`,
      text: () =>
        '主机在线，但拒绝了该端口。请启动服务器，或核对端口：kcptun-server 启动时会打印 “listening on”。',
    },
    'key-refused': {
      short: '密钥错误',
      title: () => '无论哪种加密方式，密钥都不对',
      text: (p) => `已用每种加密方式询问 ${p.remote}，服务器在线却不作声。请逐字核对密钥。`,
    },
    'nothing-returns': {
      short: '没有任何回应',
      title: (p) => `${p.remote} 没有任何回应`,
      text: () =>
        '已用每种加密方式询问，连拒绝都没有收到。请在服务器及其服务商的防火墙中放行该 UDP 端口，并确认服务器正以此密钥运行。',
    },
    'large-lost': {
      short: '大包丢失',
      title: (p) => `${p.mtu} 字节的数据包在途中丢失`,
      text: (p) => `小包可以通过，最大到 ${p.passes} 字节。请将此处和服务器的 mtu 降到该值。`,
    },
  },
  causes: {
    'wrong-key': '密钥与服务器不一致',
    'wrong-crypt': '加密方式与服务器不一致',
    'wrong-address': '地址或端口不是服务器监听的',
    'server-down': '服务器未运行',
    'udp-blocked': '途中的防火墙拦截了该端口的 UDP',
    'wrong-smuxver': 'smuxver 不一致：2023 年以前默认 1，最新版本默认 2',
    'wrong-compression': '一端开启了压缩，另一端没有',
    'wrong-qpp': 'QPP 或其数量不一致',
    offline: '本机处于离线状态',
    'windows-too-large': '窗口超出了线路的承载能力',
    'more-parity-needed': '丢包超出了校验分片所能恢复的范围',
    'same-port-twice': '两条隧道使用了同一个本地端口',
  },

  notices: {
    'entry-set-aside': (p) => `保存的一条隧道（${p.name}）无法读取，已另行存放，其他隧道不受影响。`,
    'key-unreadable': (p) => `“${p.name}”的密钥无法在此系统上解密，请在设置中重新填写。`,
    'not-restored': () => '应用在一分钟内崩溃了两次，因此没有自动开启任何隧道。请逐个开启以找出原因。',
    'store-newer': () => '保存的隧道由更新的版本写入，将尽可能读取。',
  },

  importNotes: {
    'smuxver-assumed': (p) =>
      `未说明 smux 版本，此处按 ${p.smuxver} 处理。kcptun 在 2025 年底之前默认 1，之后默认 2。`,
    'server-config': () => '这原是服务器的配置：已转换为与之匹配的客户端。',
    'unknown-keys': (p) => `已保留，但此处没有意义：${p.keys.join('、')}`,
    'bad-value': (p) => `有一个值无效，已用默认值：${p.detail}`,
    'file-dropped': (p) => `已略去：${p.keys.join('、')}。导入的内容无权决定文件写到哪里。`,
    'extra-dropped': (p) => `过大或嵌套过深，已略去：${p.keys.join('、')}`,
    'every-interface': (p) => `它监听 ${p.address}，即所有网络接口：其他计算机也能使用此隧道。`,
    'manual-ignored': () => 'nodelay、interval、resend 和 nc 仅在 manual 模式下有效。',
    'config-file': (p) => `其余选项在 ${p.path} 中：请一并导入该文件。`,
    shadowsocks: () => '只导入隧道部分：请让 Shadowsocks 客户端连接其本地地址。',
  },

  importRefusals: {
    'not-recognised': () => '不是可识别的格式。',
    'bad-json': () => '看起来是 JSON，但格式有误。',
    'server-config': () => '这是服务器的配置。',
    'bad-entry': (message) => `其中一个隧道无法使用：${message}`,
    'too-many': () => `最多保存 ${MOST_PROFILES} 个隧道，其余未导入。`,
  },

  problems: {
    type: () => '此处不接受这样的值',
    integer: (p) => (p.max === null ? `不小于 ${p.min} 的整数` : `${p.min} 到 ${p.max} 的整数`),
    choice: (p) => `可选：${p.choices.join('、')}`,
    address: () => '主机:端口，例如 127.0.0.1:12948 或 [::1]:12948，或 unix 套接字路径',
    'mtu-too-small': (p) => `至少 ${p.least}：除去包头已放不下数据`,
    'too-many-shards': (p) => `数据包与校验包之和最多 ${MAX_GROUP}，现为 ${p.shards}`,
    'too-many-sessions': (p) => `最多 ${p.most}：每一个都要占用套接字和会话`,
    'windows-too-large': (p) => `窗口这么大时最多 ${p.most}，否则内存不足`,
    'streambuf-over-smuxbuf': (p) => `不能大于会话缓冲区（${p.smuxbuf}）`,
    'server-list': () => '应为服务器列表：每项是一个地址，或包含 remoteaddr 和不同之处的对象',
    'raw-sockets': () => '需要原始套接字，此处无法使用',
    'default-key': () => '这是每个 kcptun 自带的密钥：任何人都能使用隧道并读取其中的内容。',
    'no-secrecy': () => '没有保护作用：途中任何人都能读取和篡改数据。',
    'forgeable-crypt': () =>
      '内容不会被读取，但截获一个数据包就足以伪造其他数据包。请使用 aes-128-gcm；服务器不支持时使用 aes。',
    'fec-off': () => '其中一个为 0 时没有 FEC。',
    'manual-ignored': () => '仅在 manual 模式下有效。',
    'scavenge-race': () => '比会话更换周期更长：新旧会话会争抢线路。',
    'qpp-weak': () => `强度不足：密钥应有 ${QPP_KEY_BYTES} 字节，数量至少为 ${QPP_PADS} 且为奇数。`,
    'every-interface': () => '其他计算机也能使用此隧道；127.0.0.1 仅限本机。',
    'pprof-ignored': () => '此处忽略。',
  },

  errors: {
    'bad-request': '核心无法理解该请求。',
    'bad-argument': '有一个值被拒绝。',
    'bad-option': '有一项设置无效。',
    'key-missing': '无法在此解开该隧道的密钥。',
    'not-found': '已不存在。',
    'keys-locked': '请先输入口令：没有口令无法加密新的密钥。',
    'wrong-passphrase': '口令不正确。',
    'too-many': '隧道数量已达上限。',
    'too-much-on': '已开启的隧道留给此隧道的会话或内存不足。请关闭其中一条，或减小此处的 conn 或窗口。',
    unsupported: '此处无法实现。',
    'not-resolved': '无法解析该域名。',
    'storage-failed': '无法保存到磁盘。',
    disconnected: '与核心的连接已断开。',
    internal: '内部出现错误。',
  },
};
