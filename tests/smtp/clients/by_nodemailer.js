// nodemailer sends a mail; what is asked of it is in the environment (tests/smtp/programs.py).
const { readFileSync } = require("fs");
const nodemailer = require(process.env.SEND_MODULE);

const given = (name) => process.env[`SEND_${name}`];
const options = { host: "localhost", port: +given("PORT"), secure: given("TLS") === "implicit" };
if (given("TLS") === "starttls") options.requireTLS = true;
if (given("CA")) options.tls = { ca: readFileSync(given("CA")) };
if (given("AUTH") === "XOAUTH2") options.auth = { type: "OAuth2", user: given("USER"), accessToken: given("PASSWORD") };
else if (given("AUTH")) {
  options.auth = { user: given("USER"), pass: given("PASSWORD") };
  options.authMethod = given("AUTH");
}
const envelope = { from: given("FROM"), to: given("TO").split(" ") };
if (given("OPTIONS").includes("8BITMIME")) envelope.use8BitMime = true;
const mail = { envelope, raw: readFileSync(given("FILE")) };
if (given("OPTIONS").includes("RET")) mail.dsn = { id: "QQ314", return: "headers", notify: ["success", "failure"] };

nodemailer.createTransport(options).sendMail(mail).then(
  (info) => {
    console.log(info.response);
    for (const error of info.rejectedErrors ?? []) {
      console.error(error.response);
      process.exitCode = 1;
    }
  },
  (error) => {
    console.error(error);
    process.exitCode = 1;
  },
);
