/**
 * EC2's token buckets for mutations: one action is called until it is throttled, then another. What is called changes
 * nothing: network services of a filter of the run, and the deletion of a session that is gone.
 */
import {
  DeleteTrafficMirrorSessionCommand,
  EC2Client,
  ModifyTrafficMirrorFilterNetworkServicesCommand,
} from "@aws-sdk/client-ec2";
import { setTimeout as sleep } from "node:timers/promises";
import { atOnce, type Through } from "../at-once.js";
import { seen, unknown, type Finding } from "../model.js";
import type { Probe } from "../probe.js";

const BURST = 80;
const BURSTS = 3;
const OTHER = 20;
const SECONDS = 8;
const TICK = 4;

export const judgeBuckets = (first: Through, other: Through): Finding => {
  if (first.throttled === 0) return unknown(`None of ${first.sent} calls of one action was throttled.`);
  const said = `When one action was throttled, ${other.throttled} of ${other.sent} calls of another were.`;
  if (other.throttled === 0) return seen("per-action", said);
  return other.throttled * 2 >= other.sent ? seen("shared", said) : unknown(said);
};

/** `after`: calls that went through in the seconds after the bucket was empty. */
export const judgeRate = (first: Through, after: number, seconds: number): Finding => {
  if (first.throttled === 0) return unknown(`None of ${first.sent} calls at once was throttled.`);
  const rate = after / seconds;
  return seen(
    `${first.sent - first.throttled}, ${rate.toFixed(1)}`,
    `Of ${first.sent} calls at once ${first.sent - first.throttled} went through, and ${rate.toFixed(1)} a second from then on.`,
  );
};

export const mutations: Probe = {
  facts: ["mutation-buckets", "mutation-rate"],
  ask: async (stage) => {
    const { credentials, region } = stage.clients.ec2.config;
    const { endpoint } = stage.clients.where;
    const ec2 = new EC2Client({
      region,
      credentials,
      maxAttempts: 1,
      ...(endpoint === undefined ? {} : { endpoint }),
    });
    const filter = await stage.filter();
    const { interfaceId } = await stage.unselected();
    const gone = await stage.session(interfaceId, 1005);
    await stage.undo("session", gone);
    const one = () =>
      ec2.send(
        new ModifyTrafficMirrorFilterNetworkServicesCommand({
          TrafficMirrorFilterId: filter,
          AddNetworkServices: ["amazon-dns"],
        }),
      );
    const two = () => ec2.send(new DeleteTrafficMirrorSessionCommand({ TrafficMirrorSessionId: gone }));
    let first: Through = { sent: 0, throttled: 0 };
    for (let burst = 0; burst < BURSTS && first.throttled === 0; burst += 1) {
      const more = await atOnce(Array.from({ length: BURST }, () => one));
      first = { sent: first.sent + more.sent, throttled: more.throttled };
    }
    const other = await atOnce(Array.from({ length: OTHER }, () => two));
    let after = 0;
    // Whatever had come back in the meantime first, so that what is counted came back since.
    if (first.throttled > 0) await atOnce(Array.from({ length: OTHER }, () => one));
    const began = performance.now();
    while (first.throttled > 0 && performance.now() < began + SECONDS * 1000) {
      await sleep(100);
      // Several, so that it is the bucket and not the answers' time that counts.
      const { sent, throttled } = await atOnce(Array.from({ length: TICK }, () => one));
      after += sent - throttled;
    }
    const seconds = (performance.now() - began) / 1000;
    // So that what comes next finds a full bucket.
    if (first.throttled > 0) await sleep(12_000);
    return {
      "mutation-buckets": judgeBuckets(first, other),
      "mutation-rate": judgeRate(first, after, seconds),
    };
  },
};
