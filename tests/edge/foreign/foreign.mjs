// A bank that uses somebody else's library: signs a request, or judges one that we signed.
// node foreign.mjs LIBRARY sign|verify FILE; FILE is JSON {alg, key, method, url, fields, covered, created, nonce}.
// Prints Signature-Input and Signature, one a line; or exits 1 where the signature is refused.
import { createHmac, createPrivateKey, createPublicKey, sign, timingSafeEqual, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { httpbis } from "http-message-signatures";
import { createSignature, verifySignature } from "http-message-sig";

const [library, task, file] = process.argv.slice(2);
const order = JSON.parse(readFileSync(file, "utf8"));
const parameters = { created: order.created, nonce: order.nonce, keyid: "bank-1", alg: order.alg };

const primitives = {
  ed25519: {
    sign: (data) => sign(null, data, createPrivateKey(order.key)),
    verify: (data, value) => verify(null, data, createPublicKey(order.key), value),
  },
  "hmac-sha256": {
    sign: (data) => createHmac("sha256", Buffer.from(order.key, "hex")).update(data).digest(),
    verify(data, value) {
      const made = this.sign(data);
      return made.length === value.length && timingSafeEqual(made, value);
    },
  },
};
const primitive = primitives[order.alg];

const libraries = {
  "http-message-signatures": {
    async sign() {
      const key = { id: "bank-1", alg: order.alg, sign: async (data) => primitive.sign(data) };
      const message = { method: order.method, url: order.url, headers: Object.fromEntries(order.fields) };
      const signed = await httpbis.signMessage(
        {
          key,
          name: "sig1",
          fields: order.covered,
          params: Object.keys(parameters),
          paramValues: { created: new Date(order.created * 1000), nonce: order.nonce },
        },
        message,
      );
      return [signed.headers["Signature-Input"], signed.headers["Signature"]];
    },
    verify: () =>
      httpbis.verifyMessage(
        {
          keyLookup: async () => ({
            id: "bank-1",
            algs: [order.alg],
            verify: async (data, value) => primitive.verify(data, value),
          }),
          requiredFields: order.covered,
          requiredParams: ["created", "nonce", "keyid"],
        },
        { method: order.method, url: order.url, headers: Object.fromEntries(order.fields) },
      ),
  },
  "http-message-sig": {
    message: () => ({
      kind: "request",
      method: order.method,
      targetUri: order.url,
      fields: order.fields.map(([name, value]) => ({ name, value })),
    }),
    async sign() {
      const made = await createSignature(this.message(), {
        label: "sig1",
        components: order.covered,
        parameters,
        signer: { algorithm: order.alg, sign: primitive.sign },
      });
      return [made.signatureInput, made.signature];
    },
    verify() {
      return verifySignature(this.message(), {
        policy: {
          algorithms: [order.alg],
          requiredComponents: order.covered,
          requiredParameters: ["created", "nonce", "keyid"],
          maxAge: 300,
          clockSkew: 5,
        },
        resolveVerifier: () => ({ algorithm: order.alg, verify: (data, value) => primitive.verify(data, value) }),
      });
    },
  },
};

try {
  const answer = await libraries[library][task]();
  if (task === "sign") console.log(answer.join("\n"));
  else if (!answer) process.exitCode = 1;
} catch (error) {
  console.error(String(error));
  process.exitCode = 1;
}
