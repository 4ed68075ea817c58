import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { withoutKey } from '../../../../src-main/hosts/cli/process-title.ts';
import { Process } from '../../../support/process.ts';

describe('withoutKey', () => {
  it.each([
    [['client', '--key', 'hunter2', '-r', 'a:1'], 'client --key *** -r a:1'],
    [['client', '-key=hunter2=x', '--key', '--key'], 'client -key=*** --key ***'],
    [['server', '--key='], 'server --key=***'],
  ])('hides it in %j', (argv, shown) => expect(withoutKey(argv)?.join(' ')).toBe(shown));

  it.each([[['client', '-r', 'key', '--keepalive', '10', 'x--key']], [[]]])('leaves %j alone', (argv) =>
    expect(withoutKey(argv)).toBeNull(),
  );
});

describe.runIf(process.platform === 'linux')('hideKey', () => {
  it('takes the key out of what others see of the process', async () => {
    const module = new URL('../../../../src-main/hosts/cli/process-title.ts', import.meta.url).href;
    const script = `import(${JSON.stringify(module)}).then(({ hideKey }) => {
      hideKey(process.argv.slice(1));
      console.log('hidden', process.argv.includes('hunter2'));
      setInterval(() => {}, 1000);
    });`;
    const args = ['client', '--key', 'hunter2', '--remoteaddr', 'a:1'];
    await using other = new Process(process.execPath, ['--import', 'tsx', '-e', script, '--', ...args]);
    await other.until('the key is hidden', () => other.output.includes('hidden true'));
    const seen = readFileSync(`/proc/${other.pid}/cmdline`, 'utf8');
    expect(seen).toContain('kcptun client --key *** --remoteaddr a:1');
    expect(seen).not.toContain('hunter2');
  });
});
