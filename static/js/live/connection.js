// The one WebSocket of a tab: opened again by itself, and every view asked for again after that.

/** @typedef {import("./frames.js").Frame} Frame */

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
/** The server says something of every view each 10 s; a socket that is silent for longer is dead. */
const SILENCE_MS = 35_000;
/** The close code of a visitor who has signed out, in this tab or another. */
const SIGNED_OUT = 4401;

/** @returns {string} the address of the socket, in the language of the page */
export function socketUrl() {
  const language = document.documentElement.lang.startsWith("zh") ? "zh-hans" : "en";
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  return `${scheme}://${location.host}/ws?lang=${language}`;
}

/** A socket that comes back. Frames go to the listener of their view. */
export class Connection {
  /** @type {WebSocket | null} */
  #socket = null;
  #pause = FIRST_PAUSE_MS;
  #heardAt = Date.now();
  /** @type {Map<string, {subscribe: object, onFrame: (frame: Frame) => void, onLost: () => void}>} */
  #views = new Map();

  /** @param {string} url */
  constructor(url) {
    this.url = url;
    this.#open();
    setInterval(() => this.#check(), FIRST_PAUSE_MS);
  }

  /**
   * Show a view; called again for the same id, ask for it anew.
   * @param {string} id
   * @param {object} view the fields of a subscribe frame besides id and type
   * @param {(frame: Frame) => void} onFrame
   * @param {() => void} onLost called when the socket closes; frames come again by themselves
   */
  subscribe(id, view, onFrame, onLost) {
    const subscribe = { type: "subscribe", id, ...view };
    this.#views.set(id, { subscribe, onFrame, onLost });
    this.#heardAt = Date.now();
    this.#send(subscribe);
  }

  /**
   * Show other rows of a view; asked for anew, it begins there.
   * @param {string} id
   * @param {object} place the fields of a window frame besides id and type
   */
  move(id, place) {
    const view = this.#views.get(id);
    if (!view) return;
    view.subscribe = { ...view.subscribe, window: place };
    this.#send({ type: "window", id, ...place });
  }

  #open() {
    const socket = new WebSocket(this.url, "portolan.v1");
    this.#socket = socket;
    this.#heardAt = Date.now();
    socket.addEventListener("open", () => {
      this.#heardAt = Date.now();
      for (const { subscribe } of this.#views.values()) this.#send(subscribe);
    });
    socket.addEventListener("message", (event) => {
      if (socket !== this.#socket) return;
      this.#heardAt = Date.now();
      // Not when it opens: one that opens and closes at once must not be asked ever faster.
      this.#pause = FIRST_PAUSE_MS;
      /** @type {Frame} */
      const frame = JSON.parse(String(event.data));
      this.#views.get(String(frame.id))?.onFrame(frame);
    });
    socket.addEventListener("close", (event) => {
      // Nothing of what is on screen is theirs to see any more: the page itself says what to do.
      if (event.code === SIGNED_OUT && socket === this.#socket) location.reload();
      else this.#lose(socket);
    });
  }

  /** @param {WebSocket} socket the one that is lost; another's end changes nothing */
  #lose(socket) {
    if (socket !== this.#socket) return;
    this.#socket = null;
    for (const { onLost } of this.#views.values()) onLost();
    // Half of the pause at random, so that a thousand tabs do not return in one moment.
    setTimeout(() => this.#open(), this.#pause * (0.5 + Math.random() / 2));
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE_MS);
  }

  /** Give up a socket whose other end is gone without a word, as after a night's sleep. */
  #check() {
    const socket = this.#socket;
    if (!socket || !this.#views.size || Date.now() - this.#heardAt < SILENCE_MS) return;
    this.#lose(socket);
    socket.close();
  }

  /** @param {object} frame */
  #send(frame) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }
}
