import type { HostMemory } from '../store/store.ts';

/** Where a window was, in the pixels of the desktop. */
export type WindowPlace = NonNullable<HostMemory['windowPlace']>;

type Area = Omit<WindowPlace, 'maximised'>;

/** So much of a remembered window must lie on a display that is there now. */
const VISIBLE_PX = 100;

/** The place, where some display still shows enough of it. */
export function usablePlace(
  place: WindowPlace | null,
  displays: readonly { workArea: Area }[],
): WindowPlace | null {
  if (!place) return null;
  const seen = displays.some(({ workArea: area }) => {
    const width = Math.min(place.x + place.width, area.x + area.width) - Math.max(place.x, area.x);
    const height = Math.min(place.y + place.height, area.y + area.height) - Math.max(place.y, area.y);
    return width >= VISIBLE_PX && height >= VISIBLE_PX;
  });
  return seen ? place : null;
}
