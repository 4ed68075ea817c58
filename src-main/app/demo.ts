import { type ClientOptions, defaultOptions } from '../../shared/options.ts';
import { toServerOptions } from '../../shared/options-convert.ts';
import type { Profile } from '../../shared/profile.ts';
import type { TunnelState } from '../../shared/state.ts';
import type { Supervisor } from '../tunnels/supervisor.ts';
import { DemoTraffic } from './demo-traffic.ts';

export const DEMO_ID = 'demo';
/** The demo's own server: it runs like a tunnel, but no window sees it. */
export const DEMO_SERVER_ID = 'demo-server';

const DEMO: Profile = {
  id: DEMO_ID,
  name: 'Demo',
  colour: 'teal',
  autostart: false,
  options: { localaddr: '127.0.0.1:0', key: 'demo', crypt: 'aes-128-gcm', mode: 'fast2' },
  extra: {},
  demo: true,
};

/**
 * The loopback demo: our server and our client, each in a worker, and a little traffic between them. The pieces come
 * up one after the other, as each gets its port from the system.
 */
export class Demo {
  #traffic: DemoTraffic | null = null;
  profile: Profile | null = null;

  constructor(readonly supervisor: Supervisor) {}

  /** Starts the server; the rest follows as `onState` hears of it. */
  async start(): Promise<Profile> {
    if (this.profile) return this.profile;
    this.profile = DEMO;
    const traffic = (this.#traffic = new DemoTraffic());
    let target: string;
    try {
      target = await traffic.listen();
    } catch (error) {
      if (this.#traffic === traffic) this.profile = this.#traffic = null;
      throw error;
    }
    if (this.#traffic !== traffic) {
      await traffic.stop();
      return DEMO;
    }
    const options = { ...toServerOptions(DEMO.options), listen: '127.0.0.1:0', target, closewait: 0 };
    this.supervisor.start(DEMO_SERVER_ID, { role: 'server', options, udp: 'auto' });
    return this.profile;
  }

  /** @returns whether the profile has changed */
  onState(id: string, state: TunnelState): boolean {
    if (!this.profile || !('address' in state)) return false;
    if (id === DEMO_ID) this.#traffic?.start(state.address);
    if (id !== DEMO_SERVER_ID || this.profile.options.remoteaddr === state.address) return false;
    this.profile = { ...DEMO, options: { ...DEMO.options, remoteaddr: state.address } };
    const options: ClientOptions = { ...defaultOptions('client'), ...this.profile.options };
    this.supervisor.start(DEMO_ID, { role: 'client', options, udp: 'auto' });
    return true;
  }

  async stop(): Promise<void> {
    const traffic = this.#traffic;
    this.profile = this.#traffic = null;
    await traffic?.stop();
    await this.supervisor.remove(DEMO_ID);
    await this.supervisor.remove(DEMO_SERVER_ID);
  }
}
