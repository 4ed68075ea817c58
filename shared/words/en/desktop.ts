/** What the system shows for the desktop app: menus, the tray and notifications. */
export const desktop = {
  open: 'Open kcptun desktop',
  quit: 'Quit',
  noTunnels: 'No tunnels yet',
  file: 'File',
  edit: 'Edit',
  view: 'View',
  window: 'Window',
  lost: (name: string) => `${name} has lost its connection`,
  lostText: 'It is dialled again until it answers.',
  back: (name: string) => `${name} is connected again`,
  backText: 'The tunnel works as before.',
  inTray: 'kcptun desktop keeps running',
  inTrayText: 'Your tunnels stay up. Find it in the tray; Quit is in its menu.',
};
