// Send a file as it is: node send.mjs PORT FILE RECIPIENT
import { readFileSync } from "node:fs";
import nodemailer from "nodemailer";

const [port, file, recipient] = process.argv.slice(2);
const transport = nodemailer.createTransport({ host: "localhost", port: Number(port), ignoreTLS: true });
await transport.sendMail({ envelope: { from: "app@example.com", to: [recipient] }, raw: readFileSync(file) });
transport.close();
