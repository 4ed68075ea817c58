import { LONGEST_IMPORT } from '../../limits.ts';
import type { Words } from '../en/en.ts';
import { plurals } from '../plural.ts';
import { codes } from './codes.ts';
import { counters } from './counters.ts';
import { desktop } from './desktop.ts';
import { form } from './form.ts';
import { options } from './options.ts';
import { advice, overview } from './overview.ts';
import { probe } from './probe.ts';
import { updates } from './updates.ts';

const plural = plurals('ru');

/** Russian. */
export const ru: Words = {
  language: 'Русский',
  common: {
    app: 'kcptun desktop',
    close: 'Закрыть',
    cancel: 'Отмена',
    copy: 'Копировать',
    copied: 'Скопировано',
    dismiss: 'Понятно',
    undo: 'Вернуть',
    messages: 'Сообщения',
    none: '–',
  },
  units: {
    rates: ['бит/с', 'кбит/с', 'Мбит/с', 'Гбит/с'],
    bytes: ['Б', 'кБ', 'МБ', 'ГБ', 'ТБ'],
    h: 'ч',
    min: 'мин',
    s: 'с',
    ms: 'мс',
  },
  colours: {
    blue: 'Синий',
    teal: 'Бирюзовый',
    green: 'Зелёный',
    yellow: 'Жёлтый',
    orange: 'Оранжевый',
    red: 'Красный',
    pink: 'Розовый',
    violet: 'Фиолетовый',
  },

  states: {
    off: 'Выключен',
    starting: 'Запуск',
    listening: 'Ожидание',
    connecting: 'Подключение',
    connected: 'Подключён',
    reconnecting: 'Обрыв',
    degraded: 'Нестабилен',
    failed: 'Ошибка',
  },
  overall: { off: 'Выключен', busy: 'Подключение', connected: 'Подключён', trouble: 'Нужно внимание' },
  stateDetail: {
    nothingTried: 'попыток ещё не было',
    for: (time) => `уже ${time}`,
    attempt: (attempt) => `попытка ${attempt}`,
    nextTry: (attempt, seconds) => `попытка ${attempt} через ${seconds} с`,
    againIn: (seconds) => `снова через ${seconds} с`,
    spare: (number) => `запасной сервер (${number})`,
    route: (from, to) => `${from} → ${to}`,
  },
  ...codes,
  likely: 'Вероятные причины',

  list: {
    label: 'Туннели',
    search: 'Поиск туннелей',
    noMatch: 'Такого туннеля нет',
    create: 'Создать',
    import: 'Импорт',
    preferences: 'Параметры',
    menu: (name) => `Ещё действия: ${name}`,
    toggle: (name) => `${name}: включён`,
    clone: 'Создать копию',
    moveUp: 'Выше',
    moveDown: 'Ниже',
    export: 'Экспорт…',
    remove: 'Удалить',
    connect: 'Подключить',
    disconnect: 'Отключить',
    reconnect: 'Переподключить',
    all: 'Все туннели',
    exportAll: 'Экспорт всех…',
    connectAll: 'Подключить все',
    disconnectAll: 'Отключить все',
    serverCommand: 'Команда сервера',
    removed: (name) => `Туннель «${name}» удалён`,
  },
  tabs: {
    overview: 'Обзор',
    connections: 'Соединения',
    settings: 'Настройки',
    counters: 'Счётчики',
    log: 'Журнал',
  },

  overview,
  advice,

  connections: {
    source: 'Откуда',
    opened: 'Открыто',
    sent: 'Отправлено',
    received: 'Получено',
    state: 'Состояние',
    open: 'открыто',
    closedAgo: (time) => `закрыто ${time} назад`,
    empty: 'Соединений нет',
    emptyText: (address) => `Здесь появится программа, которая подключится к ${address}.`,
    emptyOff: 'Включите туннель, чтобы увидеть, кто им пользуется.',
    count: (open, closed) =>
      closed ? `открыто ${open}, закрыто за последнюю минуту ${closed}` : `открыто ${open}`,
    filter: 'Фильтр по адресу',
  },

  counters: {
    name: 'Счётчик',
    value: 'Значение',
    meaning: 'Что означает',
    copyText: 'Копировать как текст',
    copyCsv: 'Копировать как CSV',
    empty: 'Счётчиков пока нет',
    emptyText: 'Счёт идёт с момента включения туннеля.',
    meanings: counters,
  },

  log: {
    follow: 'Следить',
    filter: 'Фильтр',
    level: 'Уровень',
    levels: { error: 'Ошибка', warn: 'Внимание', info: 'Инфо', debug: 'Отладка' },
    allLevels: {
      error: 'только ошибки',
      warn: 'внимание и важнее',
      info: 'инфо и важнее',
      debug: 'всё',
    },
    save: 'Сохранить…',
    clear: 'Очистить',
    empty: 'В журнале пока пусто',
    noMatch: 'Подходящих строк нет',
    lines: (shown, all) => {
      const rows = { one: 'строка', few: 'строки', other: 'строк' };
      return shown === all
        ? `${all} ${plural(all, rows)}`
        : `${shown} из ${all} ${plural(all, { one: 'строки', other: 'строк' })}`;
    },
    app: 'Журнал программы',
  },

  desktop,
  form,
  probe,
  updates,
  options,

  serverCommand: {
    title: 'Команда сервера',
    text: 'Выполните её на сервере. Она подходит к этому туннелю: ключ, шифр, FEC, версия smux и сжатие те же, а окна отвечают друг другу.',
    form: 'Формат',
    command: 'Командная строка',
    json: 'Файл JSON (-c)',
    withKey: 'Вместе с ключом',
    withKeyHint: 'Без него на месте ключа стоит заглушка.',
  },

  transfer: {
    importTitle: 'Импорт туннелей',
    importText:
      'Файлы или текст: JSON kcptun, командная строка, ссылки kcptun:// и ss://, настройки LuCI или kcptun-gui.',
    drop: 'Перетащите файлы сюда',
    choose: 'Выбрать файлы…',
    paste: 'или вставьте текст',
    pastePlaceholder: '{"remoteaddr": "vps:29900", …} или client -r "vps:29900" -l ":12948" …',
    pasted: 'вставленный текст',
    importAction: 'Импортировать',
    imported: (count) =>
      plural(count, {
        one: `Импортирован ${count} туннель`,
        few: `Импортировано ${count} туннеля`,
        other: `Импортировано ${count} туннелей`,
      }),
    refused: 'Не импортировано',
    convert: 'Сделать подходящий клиент',
    more: (count) => `и ещё ${count}`,
    reading: 'Чтение…',
    tooLarge: (name) => `${name} больше ${LONGEST_IMPORT >> 20} МБ`,
    done: 'Готово',
    spares: (count) =>
      `${count} ${plural(count, { one: 'запасной сервер', few: 'запасных сервера', other: 'запасных серверов' })}`,
    sparesLeft: {
      json: 'kcptun возьмёт первый сервер и пропустит запасные; эта программа прочтёт их все.',
      command: 'В командной строке kcptun — один сервер: запасные не вошли.',
    },
    exportTitle: 'Экспорт',
    exportOne: (name) => `«${name}»`,
    exportAll: 'Все туннели',
    what: 'Что',
    format: 'Формат',
    formats: { json: 'JSON kcptun', command: 'Командная строка', link: 'Ссылка' },
    secret: 'Здесь есть ключ. Передавайте только тем, кому доверили бы сам ключ.',
    save: 'Сохранить файл',
    saveAll: (count) =>
      plural(count, {
        one: `Сохранить ${count} файл`,
        few: `Сохранить ${count} файла`,
        other: `Сохранить ${count} файлов`,
      }),
    dropAnywhere: 'Отпустите, чтобы импортировать',
  },

  welcome: {
    title: 'Быстрый путь по плохой линии',
    text: 'kcptun несёт ваши TCP-соединения по UDP к вашему собственному серверу, исправляя ошибки и не медля с повторами. Выберите, с чего начать:',
    create: 'Создать туннель',
    createText: 'У вас есть сервер kcptun: введите его адрес и ключ.',
    import: 'Импорт',
    importText: 'У вас есть файл JSON, командная строка или ссылка kcptun.',
    demo: 'Попробовать здесь',
    demoText: 'Сервера ещё нет: посмотрите, как туннель работает внутри этого компьютера.',
  },

  preferences: {
    title: 'Параметры',
    appearance: 'Вид',
    language: 'Язык',
    languageSystem: 'Как в системе',
    theme: 'Тема',
    themes: { system: 'Как в системе', light: 'Светлая', dark: 'Тёмная' },
    start: 'Запуск',
    launchAtLogin: 'Запускать при входе в систему',
    startMinimised: 'Запускать свёрнутой в трей',
    restoreTunnels: 'Включать туннели, которые работали',
    notifications: 'Сообщать о неожиданной потере и восстановлении связи',
    network: 'Сеть и журнал',
    udp: 'Отправка датаграмм',
    udps: { auto: 'Самый быстрый способ', dgram: 'Обычные сокеты' },
    udpHint: 'Действует со следующего подключения.',
    logLevel: 'Журнал',
    appLog: 'Показать журнал программы',
    keys: 'Клавиши',
    keyStorage: 'Хранение ключей',
    about: (version) => `kcptun desktop ${version}`,
  },
  keys: {
    kept: {
      keyring: 'Зашифрованы защищённым хранилищем системы.',
      plain:
        'В файле, который может читать только ваш пользователь. Парольная фраза зашифрует их; она нужна при каждом запуске.',
      locked: 'Зашифрованы парольной фразой, которая ещё не введена.',
      open: 'Зашифрованы парольной фразой, которая нужна при каждом запуске.',
    },
    setUp: 'Задать парольную фразу…',
    change: 'Изменить парольную фразу…',
    remove: 'Обойтись без неё',
    unlockTitle: 'Парольная фраза',
    unlockText:
      'Ею зашифрованы ключи ваших туннелей. Туннели, которые работали, запустятся, когда она будет введена.',
    setTitle: 'Новая парольная фраза',
    changeTitle: 'Другая парольная фраза',
    setText:
      'Она шифрует ключи всех туннелей и нужна при каждом запуске. Она нигде не хранится: если её забыть, ключи придётся ввести заново.',
    passphrase: 'Фраза',
    again: 'Ещё раз',
    problems: {
      short: 'Не меньше 8 символов. Лучше несколько слов.',
      different: 'Не совпадает с введённой выше',
      wrong: 'Фраза неверна. Ничего не потеряно: попробуйте ещё раз.',
    },
    working: 'Минуту…',
    unlock: 'Открыть',
    set: 'Зашифровать ключи',
    later: 'Позже',
    forgotten: 'Забыли её?',
    forgetTitle: 'Стереть ключи?',
    forgetText: 'Зашифрованные ею ключи вернуть нельзя. Туннели и все остальные настройки останутся.',
    forget: 'Стереть ключи',
    missingTitle: 'Нет ключа этого туннеля',
    missing: {
      locked: 'Он зашифрован и ждёт парольной фразы.',
      unreadable:
        'Зашифрован другой системой или другим пользователем и сохранён как есть. Введите ключ, чтобы пользоваться туннелем здесь: он заменит прежний.',
      cleared: 'Стёрт вместе с забытой парольной фразой. Введите его заново.',
    },
    enterKey: 'Ввести ключ',
  },
  shortcuts: {
    create: 'Новый туннель',
    import: 'Импорт',
    edit: 'Настройки туннеля',
    remove: 'Удалить',
    search: 'Поиск',
    toggle: 'Подключить или отключить',
    preferences: 'Параметры',
    tabs: 'Разделы 1–5',
  },
  lost: {
    title: 'Связь с ядром потеряна',
    text: 'Ожидаем её возвращения. Если ядро работает, туннели продолжают работать.',
    restart: 'Если это не проходит, выйдите из программы и запустите её снова: включённые туннели вернутся.',
    address:
      'Каждый адрес открывает одно окно и только один раз: возьмите тот, что kcptun напечатал последним, — и после перезагрузки страницы тоже.',
  },
};
