import assert from "node:assert/strict";
import { test } from "node:test";

import { themeCookie } from "../../../static/js/theme.js";

test("a theme is kept for a year, for every page of the site", () => {
  assert.equal(
    themeCookie("ink", false),
    "portolan_theme=ink; Max-Age=31536000; Path=/; SameSite=Lax",
  );
});

test("over HTTPS the cookie stays on HTTPS", () => {
  assert.match(themeCookie("paper", true), /; Secure$/);
});

test("following the system forgets the theme, and so does any word that is none", () => {
  assert.match(themeCookie("system", false), /^portolan_theme=; Max-Age=0/);
  assert.match(themeCookie("ink; Domain=example.org", false), /^portolan_theme=; Max-Age=0/);
});
