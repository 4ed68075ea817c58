import { homepage } from '../package.json';

/** Where the project lives on the web; package.json alone says it. */
export const PROJECT_PAGES = {
  home: homepage,
  /** the newest release, with its packages and what is new in it */
  release: `${homepage}/releases/latest`,
} as const;

export const isProjectPage = (url: string): boolean => Object.values<string>(PROJECT_PAGES).includes(url);
