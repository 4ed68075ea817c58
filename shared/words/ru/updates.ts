import type { updates as updatesEn } from '../en/updates.ts';

export const updates: typeof updatesEn = {
  title: 'Новые версии',
  ask: 'Разрешить программе искать новые версии?',
  askText:
    'Раз в день она спросит GitHub, ничего не сообщая о вас, и ничего не загрузит без вашего согласия.',
  yes: 'Да',
  no: 'Нет',
  daily: 'Раз в день искать новые версии',
  look: 'Проверить сейчас',
  status: {
    unknown: 'Проверки ещё не было.',
    checking: 'Идёт проверка…',
    newest: (time) => `Установлена последняя версия (проверено в ${time}).`,
    checkFailed: (time) => `В ${time} проверить не удалось.`,
    available: (version) => `Вышла версия ${version}.`,
    downloading: (version, percent) => `Загружается версия ${version}: ${percent} %`,
    downloadFailed: (version) => `Не удалось загрузить версию ${version}.`,
    ready: (version) => `Версия ${version} готова к установке.`,
    installing: (version) => `Перезапуск с версией ${version}…`,
  },
  page: 'Что нового',
  toPage: 'На её страницу',
  download: 'Загрузить',
  again: 'Повторить',
  restart: 'Перезапустить и установить',
  restartText: 'Туннели ненадолго прервутся.',
  later: 'Позже',
  project: 'Страница проекта',
};
