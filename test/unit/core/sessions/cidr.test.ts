import { describe, expect, it } from "@jest/globals";
import { canonicalCidr, cidrBlock, cidrsOverlap } from "../../../../functions/core/sessions/cidr.js";

describe("a CIDR block", () => {
  it.each([
    ["10.0.0.0/8", "10.1.2.3/8"],
    ["0.0.0.0/0", "255.255.255.255/0"],
    ["::/0", "0:0:0:0:0:0:0:0/0"],
    ["2001:db8::/32", "2001:0DB8:0::/32"],
    ["::1/128", "0:0:0:0:0:0:0:1/128"],
  ])("%s is %s in another spelling", (one, other) => {
    expect(canonicalCidr(one)).toBe(canonicalCidr(other));
  });

  it.each([
    "10.0.0.0/33",
    "10.0.0/8",
    "10.0.0.256/32",
    "10.0.0.0",
    "10.0.0.0/8/8",
    "::1::/64",
    "1:2:3:4:5:6:7/64",
    "1:2:3:4:5:6:7:8::/64",
    "12345::/16",
    "g::/16",
    "::/129",
    "",
  ])("is none: %j", (text) => {
    expect(cidrBlock(text)).toBeUndefined();
    expect(canonicalCidr(text)).toBe(text);
  });

  it.each([
    ["10.0.0.0/8", "10.20.0.0/16", true],
    ["10.20.0.0/16", "10.0.0.0/8", true],
    ["10.0.0.0/9", "10.128.0.0/9", false],
    ["0.0.0.0/0", "::/0", false],
    ["2001:db8::/33", "2001:db8:8000::/33", false],
    ["2001:db8::/32", "2001:db8:8000::/33", true],
    ["nonsense", "10.0.0.0/8", true],
  ])("%s and %s have an address in common: %s", (one, other, common) => {
    expect(cidrsOverlap(one, other)).toBe(common);
  });
});
