import { describe, expect, it } from 'vitest';
import { GroupLog } from '../../../../src-main/engine/line/group-log.ts';
import { ParityPlan } from '../../../../src-main/engine/line/parity.ts';
import { seededRandom } from '../../../support/random.ts';

/** Sends so many groups of 10 through a line that loses at random, and tells the plan what a sender sees of it. */
function send(plan: ParityPlan, log: GroupLog, groups: number, loss: number, random: () => number): number[] {
  const sent: number[] = [];
  let parity = plan.next(true);
  for (let i = 0; i < groups; i++) {
    const group = log.open;
    log.end(parity, i);
    sent.push(parity);
    const lost = Array.from({ length: 10 + parity }, () => random() < loss);
    const repaired = lost.filter(Boolean).length <= parity;
    for (const each of lost.slice(0, 10)) plan.resolved(group, each && !repaired);
    parity = plan.next(true);
  }
  return sent;
}

const mean = (values: number[]): number => values.reduce((sum, each) => sum + each, 0) / values.length;

describe('ParityPlan', () => {
  const make = () => {
    const log = new GroupLog();
    return { log, plan: new ParityPlan(10, 3, log), random: seededRandom(7) };
  };

  it('begins with all parity, but for some groups that show the loss', () => {
    const { log, plan, random } = make();
    const sent = send(plan, log, 16, 0, random);
    expect(sent.filter((parity) => parity === 3).length).toBe(12);
    expect(sent.filter((parity) => parity === 0).length).toBe(4);
  });

  it('sends none where nothing is lost', () => {
    const { log, plan, random } = make();
    send(plan, log, 60, 0, random);
    expect(send(plan, log, 200, 0, random)).toEqual(new Array(200).fill(0));
  });

  it.each([
    [0.02, 0.8, 1.8],
    [0.05, 1.4, 2.6],
    [0.1, 2.4, 3],
    [0.2, 2.6, 3],
  ])('at a loss of %d sends %d to %d packets a group', (loss, least, most) => {
    const { log, plan, random } = make();
    send(plan, log, 400, loss, random);
    const parity = mean(send(plan, log, 2000, loss, random));
    expect(parity).toBeGreaterThanOrEqual(least);
    expect(parity).toBeLessThanOrEqual(most);
    expect(Math.abs(plan.loss - loss)).toBeLessThan(0.6 * loss);
  });

  it('follows a loss that comes within 30 groups, and one that goes within 600', () => {
    const { log, plan, random } = make();
    send(plan, log, 300, 0, random);
    send(plan, log, 30, 0.2, random);
    expect(plan.parity).toBe(3);
    send(plan, log, 600, 0, random);
    expect(plan.parity).toBe(0);
  });

  it('lets every second group show what a long queue drops', () => {
    const { plan } = make();
    const sent = Array.from({ length: 10 }, () => plan.next(false));
    expect(sent.filter((parity) => parity === 0).length).toBe(5);
  });
});

describe('GroupLog', () => {
  it('knows the latest 4096 groups, and waits for none that has no parity, is open, or is forgotten', () => {
    const log = new GroupLog();
    for (let i = 0; i < 10_000; i++) log.end(i % 4, i);
    expect(log.parity(10_000)).toBe(-1);
    expect(log.endedAt(10_000)).toBe(0);
    for (let i = 9_999; i > 9_999 - 4096; i--) {
      expect(log.parity(i)).toBe(i % 4);
      expect(log.endedAt(i)).toBe(i % 4 ? i : 0);
    }
    expect(log.endedAt(9_999 - 4096)).toBe(0);
  });
});
