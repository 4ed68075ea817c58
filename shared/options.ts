import { type Address, type HostPorts, parseAddress } from './address.ts';
import { LEAST_INTERVAL, MOST_INTERVAL } from './wire.ts';
import { type AddressForm, type Mode, OPTIONS, type OptionSpec, type Side } from './options-table.ts';

export {
  DEFAULT_KEY,
  MODES,
  type Mode,
  OPTIONS,
  type OptionSpec,
  type Release,
  type Side,
  SMUX_AUTO,
} from './options-table.ts';

type Spec = (typeof OPTIONS)[number];
export type OptionKey = Spec['key'];
export type OptionValue = string | number | boolean;

type ValueOf<S> = S extends { kind: 'boolean' }
  ? boolean
  : S extends { kind: 'integer' }
    ? number
    : S extends { choices: readonly (infer Choice)[] }
      ? Choice
      : string;

/** Every option of one side, by its JSON key. */
export type OptionsOf<S extends Side> = {
  [Each in Spec as S extends keyof Each['default'] ? Each['key'] : never]: ValueOf<Each>;
};
export type ClientOptions = OptionsOf<'client'>;
export type ServerOptions = OptionsOf<'server'>;

/** The options that one side has, in the order of the table. */
export const optionsOf = (side: Side): OptionSpec[] => OPTIONS.filter((spec) => side in spec.default);

const SPECS = new Map<string, OptionSpec>(OPTIONS.map((spec) => [spec.key, spec]));
export const specOf = (key: OptionKey): OptionSpec => SPECS.get(key)!;

type AddressSpec = Extract<Spec, { kind: 'address' }>;
export type AddressKey = AddressSpec['key'];

/**
 * Reads what an option that is an address holds, by its form in the table.
 * @throws {AddressError}
 */
export function addressOf<K extends AddressKey>(
  key: K,
  text: string,
): Extract<AddressSpec, { key: K }>['address'] extends { unix: true } ? Address : HostPorts;
export function addressOf(key: AddressKey, text: string): Address {
  const { address } = specOf(key) as { address: AddressForm };
  return parseAddress(text, address);
}

/** Every option of `side` at its default. */
export const defaultOptions = <S extends Side>(side: S): OptionsOf<S> =>
  Object.fromEntries(optionsOf(side).map((spec) => [spec.key, spec.default[side]])) as OptionsOf<S>;

export interface KcpTuning {
  nodelay: number;
  /** milliseconds */
  interval: number;
  resend: number;
  nc: number;
}

/** kcptun's four presets. All have nc 1: no congestion window. */
export const PRESETS: Record<Exclude<Mode, 'manual'>, KcpTuning> = {
  normal: { nodelay: 0, interval: 40, resend: 2, nc: 1 },
  fast: { nodelay: 0, interval: 30, resend: 2, nc: 1 },
  fast2: { nodelay: 1, interval: 20, resend: 2, nc: 1 },
  fast3: { nodelay: 1, interval: 10, resend: 2, nc: 1 },
};

/** What the mode sets, or in mode manual the four options; an interval is taken as kcp-go takes it. */
export function effectiveKcp(options: KcpTuning & { mode: Mode }): KcpTuning {
  if (options.mode !== 'manual') return PRESETS[options.mode];
  const { nodelay, interval, resend, nc } = options;
  return { nodelay, interval: Math.min(Math.max(interval, LEAST_INTERVAL), MOST_INTERVAL), resend, nc };
}

/** Whether the engine sends by what it knows of the line. The congestion window of nc 0 is a brake of its own. */
export const isPaced = (options: KcpTuning & { mode: Mode; pace: ClientOptions['pace'] }): boolean =>
  options.pace === 'auto' && effectiveKcp(options).nc > 0;
