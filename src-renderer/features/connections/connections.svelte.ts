import type { Connection } from '../../../shared/statistics.ts';
import type { Tunnel } from '../../client/tunnel.svelte.ts';

export const SORTS = ['source', 'opened', 'sent', 'received'] as const;
export type Sort = (typeof SORTS)[number];

const COMPARE: Record<Sort, (a: Connection, b: Connection) => number> = {
  source: (a, b) => a.source.localeCompare(b.source, undefined, { numeric: true }),
  opened: (a, b) => a.openedAt - b.openedAt,
  sent: (a, b) => a.sent - b.sent,
  received: (a, b) => a.received - b.received,
};

/** The connections of a tunnel as they are filtered and sorted: open ones first, the newest on top. */
export class ConnectionList {
  filter = $state('');
  sort: Sort = $state('opened');
  ascending = $state(false);
  readonly rows: Connection[] = $derived.by(() => {
    const query = this.filter.trim();
    const sign = this.ascending ? 1 : -1;
    return this.tunnel.connections
      .filter(({ source }) => source.includes(query))
      .sort(
        (a, b) =>
          Number(a.closedAt !== null) - Number(b.closedAt !== null) ||
          sign * COMPARE[this.sort](a, b) ||
          a.id.localeCompare(b.id),
      );
  });
  readonly open = $derived.by(
    () => this.tunnel.connections.filter(({ closedAt }) => closedAt === null).length,
  );

  constructor(readonly tunnel: Tunnel) {}

  /** The same column again turns the order round. */
  sortBy(sort: Sort): void {
    this.ascending = this.sort === sort ? !this.ascending : sort === 'source';
    this.sort = sort;
  }
}
