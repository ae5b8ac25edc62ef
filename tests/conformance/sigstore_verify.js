// Lets @sigstore/verify, as bundled with npm, check a checkpoint and an inclusion proof.
//
// Arguments: the package's folder. Standard input: a JSON array of cases. Standard output: a JSON array of "ok" or the refusal.
"use strict";
const { createPublicKey } = require("node:crypto");
const { readFileSync } = require("node:fs");
const { join } = require("node:path");

const folder = process.argv[2];
const { verifyCheckpoint } = require(join(folder, "dist/tlog/checkpoint.js"));
const { verifyMerkleInclusion } = require(join(folder, "dist/tlog/merkle.js"));

function check(given) {
  const entry = {
    canonicalizedBody: Buffer.from(given.entry, "base64"),
    inclusionProof: {
      logIndex: String(given.index),
      hashes: given.hashes.map((each) => Buffer.from(each, "base64")),
      checkpoint: { envelope: given.checkpoint },
    },
  };
  const log = {
    logID: Buffer.from(given.key_id, "hex"),
    publicKey: createPublicKey({ key: Buffer.from(given.spki, "base64"), format: "der", type: "spki" }),
    baseURL: given.name,
  };
  verifyMerkleInclusion(entry, verifyCheckpoint(entry, [log]));
  return "ok";
}

const answers = JSON.parse(readFileSync(0, "utf8")).map((given) => {
  try {
    return check(given);
  } catch (error) {
    return `${error.code}: ${error.message}`;
  }
});
process.stdout.write(JSON.stringify(answers));
