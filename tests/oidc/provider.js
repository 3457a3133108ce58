// An OpenID provider that the tests command by lines: oauth2-mock-server behind a server of our own, so that requests can
// be counted, held and refused, and keys taken away. Each answer begins with "= ".
'use strict';
const fs = require('node:fs');
const https = require('node:https');
const readline = require('node:readline');
const { OAuth2Server } = require('oauth2-mock-server');
const kafka = require('kafkajs/src/protocol/sasl/oauthBearer/request');

const [key, cert] = process.argv.slice(2).map((path) => fs.readFileSync(path));
const { issuer, service } = new OAuth2Server();
const withdrawn = new Set();
const all = issuer.keys.toJSON.bind(issuer.keys);
issuer.keys.toJSON = () => all().filter((key) => !withdrawn.has(key.kid));

let requests = 0;
let cacheControl = null;
let hanging = false;
let server = null;
let port = 0;

function listen() {
  return new Promise((resolve) => {
    server = https.createServer({ key, cert }, (request, response) => {
      requests += 1;
      if (hanging) return;
      if (cacheControl) response.setHeader('Cache-Control', cacheControl);
      service.requestHandler(request, response);
    });
    server.listen(port, '127.0.0.1', () => {
      port = server.address().port;
      resolve();
    });
  });
}

const commands = {
  generate: async (algorithm, kid) => issuer.keys.generate(algorithm, { kid }).then(() => kid),
  withdraw: async (kid) => withdrawn.add(kid) && kid,
  token: async (kid, claims) => issuer.buildToken({ kid, scopesOrTransform: (_, payload) => Object.assign(payload, JSON.parse(claims)) }),
  requests: async () => requests,
  cache: async (...words) => (cacheControl = words.join(' ')),
  hang: async (on) => (hanging = on === 'on'),
  down: async () => new Promise((resolve) => {
    server.close(() => resolve('down'));
    server.closeAllConnections();
  }),
  up: async () => listen().then(() => 'up'),
  // The first message of kafkajs, which Kafka frames by its length.
  kafka: async (token, extensions) => {
    const request = await kafka({}, { value: token, extensions: JSON.parse(extensions) });
    return (await request.encode()).subarray(4).toString('hex');
  },
};

listen().then(async () => {
  issuer.url = `https://localhost:${port}`;
  console.log(`issuer ${issuer.url}`);
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const [command, ...words] = line.split(' ');
    console.log(`= ${await commands[command](...words)}`);
  }
  process.exit();
});
