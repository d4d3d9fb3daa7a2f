// Starts telegram-test-api on 127.0.0.1 and the port given; ends when its standard input ends.
// Puts right where it differs from the documented Bot API so far that python-telegram-bot cannot read it.
"use strict";

const [port, home] = process.argv.slice(2);
const load = (name) => require(require.resolve(name, { paths: [home] }));
const { routes } = load("telegram-test-api/lib/routes");
const { TelegramServer } = load("telegram-test-api/lib/telegramServer");

const BOT = { id: 666, is_bot: true, first_name: "Test First name", username: "TestNameBot" };
const POLL_STEP_MS = 20;

class Server extends TelegramServer {
  addBotMessage(message, token) {
    const sent = super.addBotMessage(message, token);
    // Documented: `date` is in seconds; a bot's message has `from`.
    return { ...sent, date: Math.floor(sent.date / 1000), from: BOT };
  }
}

const format = TelegramServer.formatUpdate;
TelegramServer.formatUpdate = (update) => {
  const told = format(update);
  // Documented: a callback query has `chat_instance`.
  if (told.callback_query) told.callback_query.chat_instance = "1";
  return told;
};

const answer = (result) => (_request, response) => response.json({ ok: true, result });

routes.unshift((app, server) => {
  // Documented: a User has `is_bot`.
  app.all("/bot:token/getMe", answer(BOT));
  // Documented: these give True. The package gives null, or does not have them.
  for (const method of ["answerCallbackQuery", "setMyCommands", "sendChatAction", "leaveChat"]) {
    app.all(`/bot:token/${method}`, answer(true));
  }
  // Documented: long polling.
  app.all("/bot:token/getUpdates", async (request, _response, next) => {
    const seconds = Number(request.body.timeout || request.query.timeout || 0);
    const until = Date.now() + seconds * 1000;
    const waiting = () => server.storage.userMessages.some((one) => one.botToken === request.params.token && !one.isRead);
    let open = true;
    request.socket.once("close", () => { open = false; });
    while (open && !waiting() && Date.now() < until) await new Promise((done) => setTimeout(done, POLL_STEP_MS));
    if (open) next();
  });
});

const server = new Server({ port: Number(port), host: "127.0.0.1", storeTimeout: 3600 });
server.start().then(() => console.log("ready"), (error) => { console.error(error.message); process.exit(1); });
process.stdin.on("end", () => process.exit(0)).resume();
