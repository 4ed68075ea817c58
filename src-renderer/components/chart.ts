import type uPlot from 'uplot';

/** One line of a chart. `null` is a gap: not known, or not running then. */
export interface Series {
  label: string;
  /** the custom property that holds its colour, such as `--down` */
  color: string;
  values: (number | null)[];
  /** 0..1, how strongly the area below is tinted */
  fill?: number;
}

/** The least 1, 2, 4, 6 or 10 times a power of ten that is not below `value`: an axis it fills well, in even steps. */
export function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 4, 6, 10].find((candidate) => candidate * power >= value * (1 - 1e-9));
  return (step ?? 10) * power;
}

/**
 * A colour of the theme as the canvas understands it: resolved, with an alpha.
 * @param element has no transition, or its colour would still be on the way
 */
export function paint(element: HTMLElement, property: string, alpha = 1): string {
  element.style.color = `var(${property})`;
  const resolved = getComputedStyle(element).color;
  element.style.removeProperty('color');
  return alpha === 1 ? resolved : resolved.replace(/^rgba?\(([^)]+)\)$/, `rgba($1, ${alpha})`);
}

const pad = (part: number) => String(part).padStart(2, '0');

/** 14:03, or 14:03:30 where ticks stand closer than a minute: local time, whatever the locale. */
export const timeOfDay = (seconds: number, step: number): string => {
  const time = new Date(seconds * 1000);
  const minute = `${pad(time.getHours())}:${pad(time.getMinutes())}`;
  return step < 60 ? `${minute}:${pad(time.getSeconds())}` : minute;
};

interface Wishes {
  width: number;
  height: number;
  series: readonly Series[];
  /** seconds from the left edge to the right one, at most */
  span: number;
  /** the least upper end of the y axis */
  floor: () => number;
  tick: (value: number) => string;
  onhover: (index: number | null) => void;
  group: string;
}

/** uPlot's options in the window's style: three quiet grid lines, no legend, a crosshair shared by a group. */
export function chartOptions(wishes: Wishes, probe: HTMLElement): uPlot.Options {
  const font = `11px ${getComputedStyle(probe).fontFamily}`;
  const axis = { stroke: () => paint(probe, '--soft'), font, ticks: { show: false }, gap: 6 };
  return {
    width: wishes.width,
    height: wishes.height,
    padding: [8, 4, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: false, y: false },
      sync: { key: wishes.group },
      points: { size: 7 },
    },
    scales: {
      x: {
        // a young chart starts with a minute and grows to its span, so that its first points are seen
        range: (_plot, min, max) => [Math.max(max - wishes.span, Math.min(min, max - 60)), max],
      },
      y: { range: (_plot, _min, max) => [0, niceCeiling(Math.max(max ?? 0, wishes.floor()))] },
    },
    axes: [
      {
        ...axis,
        size: 24,
        space: 90,
        grid: { show: false },
        values: (_plot, splits, _axis, _space, step) => splits.map((split) => timeOfDay(split, step)),
        incrs: [15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14400],
      },
      {
        ...axis,
        size: 40,
        grid: { stroke: () => paint(probe, '--grid'), width: 1 },
        splits: (plot) => {
          const top = plot.scales.y.max ?? 1;
          return [0, top / 2, top];
        },
        values: (_plot, splits) => splits.map(wishes.tick),
      },
    ],
    series: [
      {},
      ...wishes.series.map(({ color, label, fill }) => ({
        label,
        width: 1.75,
        stroke: () => paint(probe, color),
        fill: fill ? () => paint(probe, color, fill) : undefined,
        points: { show: false },
        spanGaps: false,
      })),
    ],
    hooks: { setCursor: [(plot) => wishes.onhover(plot.cursor.idx ?? null)] },
  };
}
