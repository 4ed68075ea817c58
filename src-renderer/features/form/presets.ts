import { CRYPT_INFO } from '../../../shared/crypts.ts';
import { type ClientOptions, defaultOptions, SMUX_AUTO } from '../../../shared/options.ts';

export const PRESET_NAMES = ['defaults', 'gaming', 'download', 'lossy', 'server2017'] as const;
export type PresetName = (typeof PRESET_NAMES)[number];

/** What presets speak about; address, key and everything else stay as they are. */
const KEYS = [
  'mode',
  'datashard',
  'parityshard',
  'sndwnd',
  'rcvwnd',
  'nocomp',
  'acknodelay',
  'smuxver',
  'qpp',
] as const satisfies (keyof ClientOptions)[];
type Preset = Pick<ClientOptions, (typeof KEYS)[number]> & { crypt?: ClientOptions['crypt'] };

const options = defaultOptions('client');
const defaults = {
  ...(Object.fromEntries(KEYS.map((key) => [key, options[key]])) as unknown as Preset),
  smuxver: SMUX_AUTO,
};

const PRESETS: Record<PresetName, Partial<Preset>> = {
  defaults: {},
  gaming: { mode: 'fast3', datashard: 5, parityshard: 5, nocomp: true, acknodelay: true },
  download: { mode: 'fast2', sndwnd: 1024, rcvwnd: 2048, nocomp: true },
  lossy: { mode: 'fast3', datashard: 5, parityshard: 5, sndwnd: 512, rcvwnd: 2048 },
  server2017: { smuxver: 1 },
};

/** @param current the options as they stand, for what a 2017 server cannot take */
export function preset(name: PresetName, current: Pick<ClientOptions, 'crypt'>): Partial<ClientOptions> {
  const tooNew = name === 'server2017' && CRYPT_INFO[current.crypt].since !== '20170120';
  return { ...defaults, ...PRESETS[name], ...(tooNew ? { crypt: 'aes' } : {}) };
}
