import { AddressError, formatAddress, parseAddress } from '../../../shared/address.ts';
import { CRYPT_INFO } from '../../../shared/crypts.ts';
import type { ProblemFields } from '../../../shared/options-problem.ts';
import { SHORTEST_KEY } from '../../../shared/limits.ts';
import { checkBounds, checkOptions } from '../../../shared/options-rules.ts';
import { checkValue, textOfValue, valueOfText } from '../../../shared/options-value.ts';
import { type ClientOptions, defaultOptions, type OptionValue, SMUX_AUTO } from '../../../shared/options.ts';
import { COLOURS, type MissingKey, type Profile } from '../../../shared/profile.ts';
import type { Variant } from '../../../shared/variant.ts';
import { Edits } from '../../client/edits.svelte.ts';
import type { Tunnel } from '../../client/tunnel.svelte.ts';
import { preset, type PresetName } from './presets.ts';
import { type FormKey, SPECS, specFor } from './sections.ts';
import { Spares } from './spares.svelte.ts';

/** What a profile is before it is edited, or a new one before it is filled in. */
export type Draft = Pick<Profile, 'name' | 'colour' | 'autostart' | 'options' | 'spares' | 'missingKey'>;

const DEFAULTS = defaultOptions('client');

/** What only the form complains of. */
interface OwnFields {
  required: object;
  'host-needed': object;
  host: object;
  port: object;
  'key-short': object;
  /** a path stands where a name is taken */
  'file-name': object;
  /** `name` is the other tunnel */
  'local-taken': { name: string };
}
type FieldProblem = Variant<ProblemFields & OwnFields & Record<MissingKey, object>>;
export type FieldNote = FieldProblem & { severity: 'error' | 'warning' };

/** A field of the form: an option's, or one of its own. */
export type Field = FormKey | 'name' | 'host' | 'port';
const EMPTY: readonly FieldProblem['code'][] = ['required', 'host-needed'];

/** `remoteaddr` as its two fields; text that is no address is all host. */
function splitRemote(remote: string): { host: string; port: string } {
  const [, host, port] = /^(.*):([^:\]]*)$/.exec(remote) ?? [];
  return host === undefined ? { host: remote, port: '' } : { host: host.replace(/^\[(.*)\]$/, '$1'), port };
}
const joinRemote = (host: string, port: string): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`;

/** The first local address from 127.0.0.1:12948 on that no other tunnel listens on. */
export function freeLocalAddress(others: readonly Tunnel[]): string {
  const taken = others.map(({ options }) => localPort(options.localaddr));
  let port = 12948;
  while (taken.includes(port)) port++;
  return formatAddress({ host: '127.0.0.1', minPort: port, maxPort: port });
}

function localPort(localaddr: string): number | null {
  try {
    const address = parseAddress(localaddr, { use: 'listen', unix: true });
    return 'minPort' in address && address.minPort > 0 ? address.minPort : null;
  } catch (error) {
    if (error instanceof AddressError) return null;
    throw error;
  }
}

/**
 * The cipher to begin with: what another tunnel uses with the same server, aes-128-gcm where another tunnel tells that
 * the host runs a release that has it, and else kcptun's default (undefined).
 */
function startingCrypt(others: readonly Tunnel[], remoteaddr: string): ClientOptions['crypt'] | undefined {
  const { host, port } = splitRemote(remoteaddr);
  const known = others
    .filter(({ profile, options }) => !profile.demo && splitRemote(options.remoteaddr).host === host)
    .map(({ options }) => options);
  const same = known.find((it) => splitRemote(it.remoteaddr).port === port);
  if (same) return same.crypt;
  return known.some(({ crypt, qpp }) => qpp || CRYPT_INFO[crypt].since === 'newest')
    ? 'aes-128-gcm'
    : undefined;
}

/**
 * The draft a new tunnel starts from: kcptun's defaults, but for this computer only, and with the key still to give.
 * @param remoteaddr the server, as far as it is typed
 */
export function newDraft(others: readonly Tunnel[], name: string, remoteaddr = ':29900'): Draft {
  const crypt = startingCrypt(others, remoteaddr);
  return {
    name,
    colour: COLOURS[others.length % COLOURS.length],
    autostart: false,
    options: {
      localaddr: freeLocalAddress(others),
      remoteaddr: ':29900',
      key: '',
      smuxver: SMUX_AUTO,
      ...(crypt && { crypt }),
    },
  };
}

/**
 * Edits laid over a profile. Fields hold text as it is typed; what it stands for and what is wrong with it follow.
 * A change of the profile from elsewhere shows through wherever nothing was typed.
 */
export class Form {
  /** every option at what its field stands for; wrong ones at what was typed */
  readonly values = $derived.by(() => {
    const values = { ...this.#before() };
    for (const spec of SPECS) {
      const edit = this.edits.options[spec.key];
      if (edit !== undefined)
        values[spec.key] = typeof edit === 'string' ? valueOfText(spec, edit.trim()) : edit;
    }
    return values;
  });
  /** as `values`, but wrong ones at their default: what can be calculated with */
  readonly options: ClientOptions = $derived.by(() => {
    const right = SPECS.filter((spec) => !checkValue(spec, this.values[spec.key]));
    return { ...DEFAULTS, ...Object.fromEntries(right.map(({ key }) => [key, this.values[key]])) };
  });
  readonly notes: Partial<Record<Field, FieldNote>> = $derived.by(() => this.#check());
  readonly spares: Spares;
  readonly errors = $derived.by(
    () =>
      Object.values(this.notes).filter(({ severity }) => severity === 'error').length +
      this.spares.problems.length,
  );
  readonly errorsShown = $derived.by(
    () =>
      (Object.keys(this.notes) as Field[]).filter((field) => this.note(field)?.severity === 'error').length +
      this.spares.list.reduce((sum, _, index) => sum + this.spares.problemsOf(index).length, 0),
  );
  /** what differs from kcptun's defaults, as a profile keeps it */
  readonly result: Draft = $derived.by(() => ({
    name: (this.edits.name ?? this.draft().name).trim(),
    colour: this.edits.colour ?? this.draft().colour,
    autostart: this.edits.autostart ?? this.draft().autostart,
    options: Object.fromEntries(
      Object.entries(this.values).filter(([key, value]) =>
        // kcptun's own key replaces a missing one only where it is typed
        key === 'key' && this.draft().missingKey ? value !== '' : value !== DEFAULTS[key as FormKey],
      ),
    ),
    ...((this.spares.list.length > 0 || this.draft().spares) && { spares: this.spares.result }),
  }));
  readonly dirty = $derived.by(() => {
    const { name, colour, autostart } = this.draft();
    const before = this.#before();
    const { result, values } = this;
    return (
      result.name !== name ||
      result.colour !== colour ||
      result.autostart !== autostart ||
      this.spares.dirty ||
      SPECS.some(({ key }) => values[key] !== before[key])
    );
  });

  /**
   * @param draft what is edited, as it stands now
   * @param others the other tunnels, for addresses that would clash
   */
  constructor(
    readonly draft: () => Draft,
    readonly others: () => readonly Tunnel[],
    readonly edits = new Edits(),
  ) {
    this.spares = new Spares(draft, edits, () => this.options);
  }

  text(key: FormKey): string {
    return String(this.edits.options[key] ?? textOfValue(specFor(key), this.values[key]));
  }

  set(key: FormKey, value: string | boolean): void {
    this.edits.options[key] = value;
  }

  get host(): string {
    return splitRemote(this.text('remoteaddr')).host;
  }
  set host(host: string) {
    // a whole address pasted into the host field fills both
    const pasted = /^([^:\s]+|\[.*\]):(\d+(?:-\d+)?)$/.exec(host.trim());
    this.set('remoteaddr', pasted ? host.trim() : joinRemote(host.trim(), this.port));
  }
  get port(): string {
    return splitRemote(this.text('remoteaddr')).port;
  }
  set port(port: string) {
    this.set('remoteaddr', joinRemote(this.host, port.trim()));
  }

  /** What stands at a field. Empty fields that nobody has touched are not yet complained about. */
  note(field: Field): FieldNote | undefined {
    const note = this.notes[field];
    const option = field === 'host' || field === 'port' ? 'remoteaddr' : field;
    const touched =
      this.edits.tried || (option === 'name' ? this.edits.name !== null : option in this.edits.options);
    return note && EMPTY.includes(note.code) && !touched ? undefined : note;
  }

  /** Whether it may be saved; from now on every error is seen. */
  submit(): boolean {
    this.edits.tried = true;
    return this.errors === 0;
  }

  isDefault(key: FormKey): boolean {
    return this.values[key] === DEFAULTS[key];
  }

  apply(name: PresetName): void {
    this.fill(preset(name, this.options));
  }

  fill(options: Partial<ClientOptions>): void {
    for (const [key, value] of Object.entries(options))
      this.set(
        key as FormKey,
        typeof value === 'boolean' ? value : textOfValue(specFor(key as FormKey), value),
      );
  }

  /** Every option before it is edited; a key that is not at hand is empty, and kept unless another is typed. */
  #before(): Record<FormKey, OptionValue> {
    const { options, missingKey } = this.draft();
    return { ...DEFAULTS, ...(missingKey && { key: '' }), ...options };
  }

  #check(): Partial<Record<Field, FieldNote>> {
    const notes: Partial<Record<Field, FieldNote>> = {};
    const note = (key: Field, severity: FieldNote['severity'], problem: FieldProblem) => {
      // the first error stays; an error takes the place of a warning
      if (!notes[key] || (severity === 'error' && notes[key].severity === 'warning'))
        notes[key] = { ...problem, severity };
    };
    if (!this.result.name) note('name', 'error', { code: 'required' });
    for (const spec of SPECS) {
      const problem = checkValue(spec, this.values[spec.key]);
      if (problem && spec.key !== 'remoteaddr') note(spec.key, 'error', problem);
    }
    if (!this.host) note('host', 'error', { code: 'host-needed' });
    else if (checkValue(specFor('remoteaddr'), joinRemote(this.host, '29900')))
      note('host', 'error', { code: 'host' });
    if (checkValue(specFor('remoteaddr'), joinRemote('host', this.port)))
      note('port', 'error', { code: 'port' });
    const { key } = this.values;
    const { missingKey } = this.draft();
    if (key === '') note('key', missingKey ? 'warning' : 'error', { code: missingKey ?? 'required' });
    for (const problem of [...checkOptions('client', this.options), ...checkBounds(this.options)])
      note(problem.key as FormKey, problem.severity, problem);
    if (String(key).length < SHORTEST_KEY) note('key', 'warning', { code: 'key-short' });
    if (/[/\\]/.test(this.options.snmplog)) note('snmplog', 'warning', { code: 'file-name' });
    const port = localPort(this.options.localaddr);
    const rival = this.others().find(({ options }) => port !== null && localPort(options.localaddr) === port);
    if (rival) note('localaddr', 'warning', { code: 'local-taken', name: rival.profile.name });
    return notes;
  }
}
